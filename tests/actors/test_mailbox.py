"""The mailbox: in order, bounded, closable; facts are never lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propactor.actors.mailbox import Mailbox
from propactor.core.events import Event, Progress, TextDelta, Thinking, ToolCall
from propactor.core.joining import Delta, droppable, weight
from tests.core.strategies import SAID

SMALL = 16
A, B, TOOL, NOTICE = TextDelta("a"), TextDelta("b"), ToolCall("read", "t"), Progress("queued")


def drain(mailbox: Mailbox[Event]) -> list[Event]:
    """Take all that is there."""
    return list(iter(mailbox.take, None))


def test_order() -> None:
    """Messages come out as they went in, unjoined while there is room."""
    mailbox = Mailbox[Event]()
    for event in (A, B, TOOL):
        mailbox.put(event)

    assert len(mailbox) == 3
    assert drain(mailbox) == [A, B, TOOL]
    assert mailbox.take() is None


def test_listen() -> None:
    """The receiver is called once for all that comes until it has found nothing left."""
    mailbox, calls = Mailbox[Event](), []
    mailbox.listen(lambda: calls.append(len(mailbox)))
    assert calls == []

    for event in (A, B):
        mailbox.put(event)
    assert calls == [1]
    assert mailbox.take() == A
    mailbox.put(TOOL)
    assert calls == [1]
    assert drain(mailbox) == [B, TOOL]

    mailbox.put(A)
    assert calls == [1, 1]


def test_may_wait() -> None:
    """A receiver that, asked once, lets text wait is called for anything else; what waited is joined."""
    for wakes in (TOOL, Thinking("hm"), NOTICE):
        mailbox, calls, answers = Mailbox[Event](), [], iter([True])
        mailbox.listen(lambda: calls.append("called"), lambda: next(answers))  # noqa: B023

        mailbox.put(A)
        mailbox.put(B)
        assert (calls, list(answers), len(mailbox)) == ([], [], 2)
        mailbox.put(wakes)

        assert calls == ["called"]
        assert drain(mailbox) == [TextDelta("ab"), wakes]
        assert mailbox.joined == 1


def test_waits_within_bounds() -> None:
    """What waits counts like the rest: it is joined when there is too much, and the next message rings."""
    mailbox, calls = Mailbox[Event](capacity=SMALL), []
    mailbox.listen(lambda: calls.append("called"), lambda: True)

    for _ in range(SMALL + 1):
        mailbox.put(A)
    assert calls == []
    mailbox.put(B)

    assert calls == ["called"]
    assert drain(mailbox) == [TextDelta("a" * (SMALL + 1)), B]


@pytest.mark.parametrize("closed", [False, True])
def test_listen_late(closed: bool) -> None:
    """A receiver that comes late is called for what is there, or for the end."""
    mailbox, calls = Mailbox[Event](), []
    mailbox.close() if closed else mailbox.put(A)

    mailbox.listen(lambda: calls.append("called"))

    assert calls == ["called"]


def test_close() -> None:
    """What is in a closed mailbox can be taken; what comes later is forgotten; the receiver is called."""
    mailbox, calls = Mailbox[Event](), []
    mailbox.listen(lambda: calls.append("called"))
    mailbox.put(A)
    mailbox.close()
    mailbox.put(B)
    assert (mailbox.closed, calls) == (True, ["called"])

    assert drain(mailbox) == [A]
    mailbox.close()

    assert calls == ["called", "called"]


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


def test_recovers() -> None:
    """Once the flood is over, the bound is what it was."""
    mailbox = Mailbox[Event](capacity=SMALL)
    for _ in range(100):
        mailbox.put(TOOL)
    drain(mailbox)

    for _ in range(100):
        mailbox.put(NOTICE)

    assert len(mailbox) <= SMALL


def test_taken() -> None:
    """What has been taken doesn't count: a mailbox that is emptied as it is filled drops nothing."""
    mailbox = Mailbox[Event](capacity=SMALL, max_bytes=2000)
    mailbox.put(NOTICE)
    for _ in range(100):
        mailbox.put(NOTICE)
        mailbox.take()

    assert len(mailbox) == 1
    assert not mailbox.dropped


@given(st.lists(SAID | st.none(), max_size=60), st.integers(1, 12), st.integers(200, 3000))
def test_any_flood(steps: list[Event | None], capacity: int, max_bytes: int) -> None:
    """Whatever floods it: text and tools come out exactly, previews as counted, in order, within bounds."""
    mailbox, went_in = Mailbox[Event](capacity, max_bytes), list[Event]()
    came_out: list[Event] = []
    most_facts = most_fact_bytes = 0
    for step in steps:
        if step is not None:
            went_in.append(step)
            mailbox.put(step)
            facts = [weight(message) for message in mailbox._messages if not droppable(message)]
            most_facts, most_fact_bytes = max(most_facts, len(facts)), max(most_fact_bytes, sum(facts))
            assert len(mailbox) <= max(capacity, most_facts + capacity // 8)
            assert sum(map(weight, mailbox._messages)) <= max(max_bytes, most_fact_bytes + max_bytes // 8)
        elif len(mailbox):
            came_out += filter(None, [mailbox.take()])
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
