"""The bounded queue: in order, within its bounds; previews give way, facts stay."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propactor.actors.bounded_queue import BoundedQueue
from propactor.actors.commands import Command
from propactor.actors.generation_actor import POLICY
from propactor.core.events import Event, Progress, TextDelta, Thinking, ToolCall
from propactor.core.text import Delta, droppable, weight
from tests.core.strategies import SAID

SMALL = 16
TOOL, NOTICE = ToolCall("read", "t"), Progress("queued")


def bounded(*, capacity: int = 1024, max_bytes: int = 2**20) -> BoundedQueue[Event | Command]:
    """Return an empty queue for events."""
    return BoundedQueue(POLICY, capacity, max_bytes)


def drain(queue: BoundedQueue[Event | Command]) -> list[Event | Command]:
    """Take all there is."""
    taken: list[Event | Command] = []
    while queue:
        taken.append(queue.popleft())
    return taken


def test_drops() -> None:
    """When joining isn't enough, the oldest previews go, and are counted; facts stay."""
    queue = bounded(capacity=SMALL)
    for _ in range(SMALL):
        queue.append(NOTICE)
        queue.append(TOOL)

    left = drain(queue)

    assert left.count(TOOL) == SMALL
    assert queue.dropped == {Progress: SMALL}


def test_joins_before_it_drops() -> None:
    """A mailqueue that is too full joins neighbours first, and drops nothing where that is enough."""
    queue = bounded(capacity=SMALL)
    for _ in range(SMALL + 1):
        queue.append(Thinking("h"))

    assert drain(queue) == [Thinking("h" * (SMALL + 1))]
    assert not queue.dropped


def test_bytes() -> None:
    """Bytes are bounded like messages, four to a character where it takes them."""
    queue = bounded(max_bytes=4000)
    queue.append(Thinking("🍄" * 990))

    queue.append(TOOL)

    assert drain(queue) == [TOOL]
    assert queue.dropped == {Thinking: 1}


def test_facts_only() -> None:
    """A flood of facts is kept, and doesn't turn every message into a search for room."""
    queue, searches = bounded(capacity=SMALL), 0
    make_room = BoundedQueue._make_room

    def count(self: BoundedQueue[Any]) -> None:
        nonlocal searches
        searches += 1
        make_room(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BoundedQueue, "_make_room", count)
        for _ in range(100):
            queue.append(TOOL)

    assert len(queue) == 100
    assert searches < 50


def test_recovers() -> None:
    """Once the flood is over, the bound is what it was."""
    queue = bounded(capacity=SMALL)
    for _ in range(100):
        queue.append(TOOL)
    drain(queue)

    for _ in range(100):
        queue.append(NOTICE)

    assert len(queue) <= SMALL


def test_taken() -> None:
    """What has been taken doesn't count: a mailqueue that is emptied as it is filled drops nothing."""
    queue = bounded(capacity=SMALL, max_bytes=2000)
    queue.append(NOTICE)
    for _ in range(100):
        queue.append(NOTICE)
        queue.popleft()

    assert len(queue) == 1
    assert not queue.dropped


@given(st.lists(SAID | st.none(), max_size=60), st.integers(1, 12), st.integers(200, 3000))
def test_any_flood(steps: list[Event | None], capacity: int, max_bytes: int) -> None:
    """Whatever floods it: text and tools come out exactly, previews as counted, in order, within bounds."""
    queue, went_in, came_out = bounded(capacity=capacity, max_bytes=max_bytes), list[Event](), list[object]()
    most_facts = most_fact_bytes = 0
    for step in steps:
        if step is not None:
            went_in.append(step)
            queue.append(step)
            held = list(queue)
            facts = [weight(message) for message in held if not droppable(message)]
            most_facts, most_fact_bytes = max(most_facts, len(facts)), max(most_fact_bytes, sum(facts))
            assert len(queue) <= max(capacity, most_facts + capacity // 8)
            assert sum(map(weight, held)) <= max(max_bytes, most_fact_bytes + max_bytes // 8)
        elif queue:
            came_out.append(queue.popleft())
    came_out += drain(queue)

    assert _said(came_out) == _said(went_in)
    gone = [event for event in went_in if isinstance(event, Progress)]
    left = [event for event in came_out if isinstance(event, Progress)]
    assert len(gone) - len(left) == queue.dropped[Progress]


def _said(events: list[Event] | list[object]) -> list[object]:
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
