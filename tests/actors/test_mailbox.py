"""The mailbox: in order, bounded, closable; facts are never lost."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propactor.actors.mailbox import Mailbox, MailboxClosed
from propactor.core.events import Event, Progress, TextDelta, Thinking, ToolCall
from propactor.core.joining import Delta, droppable, weight
from tests.core.strategies import SAID
from tests.virtual import virtual

SMALL = 16
A, B, TOOL, NOTICE = TextDelta("a"), TextDelta("b"), ToolCall("read", "t"), Progress("queued")


def take(mailbox: Mailbox[Event]) -> Event:
    """Take what is there, without waiting."""
    with pytest.raises(StopIteration) as ended:
        mailbox.get().send(None)
    event: Event = ended.value.value
    return event


def drain(mailbox: Mailbox[Event]) -> list[Event]:
    """Take all that is there."""
    return [take(mailbox) for _ in range(len(mailbox))]


def test_order() -> None:
    """Messages come out as they went in, unjoined while there is room."""
    mailbox = Mailbox[Event]()
    for event in (A, B, TOOL):
        mailbox.put(event)

    assert drain(mailbox) == [A, B, TOOL]


@virtual
async def test_waits() -> None:
    """The receiver waits for a message."""
    mailbox = Mailbox[Event]()
    waiting = asyncio.create_task(mailbox.get())
    await asyncio.sleep(1)
    assert not waiting.done()

    mailbox.put(A)

    assert await waiting == A


@virtual
async def test_close() -> None:
    """What is in a closed mailbox can be read; what comes later is forgotten."""
    mailbox = Mailbox[Event]()
    mailbox.put(A)
    mailbox.close()
    mailbox.put(B)

    assert mailbox.closed
    assert await mailbox.get() == A
    with pytest.raises(MailboxClosed):
        await mailbox.get()


@virtual
async def test_close_wakes() -> None:
    """A receiver that waits learns that nothing will come."""
    mailbox = Mailbox[Event]()
    waiting = asyncio.create_task(mailbox.get())
    await asyncio.sleep(1)

    mailbox.close()

    with pytest.raises(MailboxClosed):
        await waiting


@virtual
async def test_receiver_gone() -> None:
    """A receiver that gave up while waiting is no trouble to who puts, and takes nothing with it."""
    mailbox = Mailbox[Event]()
    waiting = asyncio.create_task(mailbox.get())
    await asyncio.sleep(1)
    waiting.cancel()

    mailbox.put(A)

    assert await mailbox.get() == A


def test_joins() -> None:
    """A mailbox that is too full joins neighbours first."""
    mailbox = Mailbox[Event](capacity=SMALL)
    for _ in range(SMALL + 1):
        mailbox.put(A)

    assert drain(mailbox) == [TextDelta("a" * (SMALL + 1))]
    assert not mailbox.dropped


def test_drops() -> None:
    """When joining isn't enough, the oldest previews go, and are counted; facts stay."""
    mailbox = Mailbox[Event](capacity=SMALL)
    for _ in range(SMALL):
        mailbox.put(NOTICE)
        mailbox.put(TOOL)

    left = drain(mailbox)

    assert left.count(TOOL) == SMALL
    assert mailbox.dropped == {Progress: SMALL}


def test_bytes() -> None:
    """Bytes are bounded like messages, four to a character where it takes them."""
    mailbox = Mailbox[Event](max_bytes=4000)
    mailbox.put(Thinking("🍄" * 990))

    mailbox.put(TOOL)

    assert drain(mailbox) == [TOOL]
    assert mailbox.dropped == {Thinking: 1}


def test_keep() -> None:
    """Everything but one kind of message can be forgotten."""
    mailbox = Mailbox[Event]()
    for event in (A, TOOL, B):
        mailbox.put(event)

    mailbox.keep(ToolCall)

    assert drain(mailbox) == [TOOL]


def test_facts_only() -> None:
    """A flood of facts is kept, and doesn't turn every message into a search for room."""
    mailbox, searches = Mailbox[Event](capacity=SMALL), 0
    make_room = mailbox._make_room

    def count() -> None:
        nonlocal searches
        searches += 1
        make_room()

    mailbox._make_room = count  # type: ignore[method-assign]  # to count the calls
    for _ in range(100):
        mailbox.put(TOOL)

    assert len(mailbox) == 100
    assert searches < 50


@virtual
async def test_recovers() -> None:
    """Once the flood is over, the bound is what it was."""
    mailbox = Mailbox[Event](capacity=SMALL)
    for _ in range(100):
        mailbox.put(TOOL)
    drain(mailbox)
    waiting = asyncio.create_task(mailbox.get())
    await asyncio.sleep(1)

    for _ in range(100):
        mailbox.put(NOTICE)

    assert len(mailbox) <= SMALL
    await waiting


@given(st.lists(SAID | st.none(), max_size=60), st.integers(1, 12), st.integers(200, 3000))
def test_any_flood(steps: list[Event | None], capacity: int, max_bytes: int) -> None:
    """Whatever floods it: text and tools come out exactly, previews as counted, in order, within bounds."""
    mailbox, went_in, came_out = Mailbox[Event](capacity, max_bytes), [], []
    most_facts = most_fact_bytes = 0
    for step in steps:
        if step is not None:
            went_in.append(step)
            mailbox.put(step)
            facts = [weight(message) for message in mailbox._messages if not droppable(message)]
            most_facts, most_fact_bytes = max(most_facts, len(facts)), max(most_fact_bytes, sum(facts))
            assert len(mailbox) <= max(capacity, most_facts + capacity // 8)
            assert mailbox._bytes <= max(max_bytes, most_fact_bytes + max_bytes // 8)
        elif len(mailbox):
            came_out.append(take(mailbox))
    came_out += drain(mailbox)

    assert _said(came_out) == _said(went_in)
    gone = [event for event in went_in if isinstance(event, Progress)]
    left = [event for event in came_out if isinstance(event, Progress)]
    assert len(gone) - len(left) == mailbox.dropped[Progress]


def _said(events: list[Event]) -> list[object]:
    """Return the facts: the text between two other facts is one."""
    facts: list[object] = []
    for event in events:
        if isinstance(event, TextDelta) and facts and isinstance(facts[-1], str):
            facts[-1] += ("\0over\0" if event.replace else "") + event.delta
        elif isinstance(event, TextDelta):
            facts.append(("\0over\0" if event.replace else "") + event.delta)
        elif not isinstance(event, Delta | Progress):
            facts.append(event)
    return facts
