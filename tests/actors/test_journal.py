"""The journal: bounded, never waiting; and readers, each with a place of its own."""

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propactor.actors.journal import NO_TIME, Journal, Subscription
from propactor.core.entries import Entry
from propactor.core.errors import CursorExpired, InvalidRequest
from propactor.core.events import Event, Progress, TextDelta, Thinking, ToolCall
from tests.core.strategies import SAID
from tests.support.actor_harness import soon, text
from tests.support.entries import body_of, entry_of, event_of, events_of
from tests.support.virtual import run, virtual

DELTA, THOUGHT, TOOL = TextDelta("a"), Thinking("hm"), ToolCall("read", "t")


def entries(*events: Event, begin: int = 1) -> list[Entry]:
    """Number events."""
    return [entry_of(event, seq) for seq, event in enumerate(events, begin)]


def frames(*events: Event, begin: int = 1) -> list[bytes]:
    """Return what readers get of numbered events."""
    return [entry.data for entry in entries(*events, begin=begin)]


def journal(*events: Event, max_events: int = 4096, max_bytes: int = 2**20) -> Journal:
    """Return a journal that holds events."""
    journal = Journal(max_events=max_events, max_bytes=max_bytes)
    for entry in entries(*events):
        journal.append([entry])
    return journal


def lagging(journal: Journal, *events: Event, max_lag: int = 2, max_lag_bytes: int = 2**18) -> Subscription:
    """Return a reader that had caught up before all this was said."""
    subscription = Subscription(journal, journal.head, max_lag=max_lag, max_lag_bytes=max_lag_bytes)

    async def catch_up() -> None:
        waiting = asyncio.create_task(subscription.wait())
        await soon()
        journal.append(entries(*events, begin=journal.head + 1))
        subscription.wake()
        await waiting

    run(catch_up())
    return subscription


def test_empty() -> None:
    """A new journal holds nothing."""
    empty = journal()

    assert (empty.head, empty.first, empty.size, empty.readers) == (0, 1, 0, 0)
    assert empty.after(0).data == []


def test_append() -> None:
    """Entries are kept in order, and weighed as they are sent."""
    kept = journal(DELTA, TOOL)

    assert kept.after(0).data == frames(DELTA, TOOL)
    assert kept.after(1).data == frames(DELTA, TOOL)[1:]
    assert (kept.head, kept.size) == (2, sum(map(len, frames(DELTA, TOOL))))


def test_times() -> None:
    """When the upstream said each is kept beside the entries, as far as it is known."""
    kept = journal(TextDelta("a", at=1_764_000_000_123), TOOL, TextDelta("b", at=5), max_events=2)

    assert list(kept.after(kept.first - 1).times) == [NO_TIME, 5]


@pytest.mark.parametrize("max_events", [1, 5, 100])
def test_bound_of_entries(max_events: int) -> None:
    """Only so many of the newest entries are kept, however they come."""
    one_by_one = journal(*[DELTA] * 300, max_events=max_events)
    at_once = Journal(max_events=max_events, max_bytes=2**20)
    at_once.append(entries(*[DELTA] * 300))

    for kept in (one_by_one, at_once):
        assert 0 < len(kept.after(kept.first - 1).data) <= max_events
        assert kept.head == 300


@given(st.lists(st.integers(0, 500), max_size=30), st.integers(1, 10), st.integers(1, 2000))
def test_bounds(sizes: list[int], max_events: int, max_bytes: int) -> None:
    """Entries and bytes are bounded; only the newest entry stays whatever its size."""
    kept = Journal(max_events=max_events, max_bytes=max_bytes)
    for seq, size in enumerate(sizes, 1):
        kept.append([entry_of(TextDelta("x" * size), seq)])
        held = kept.after(kept.first - 1).data
        assert kept.size == sum(map(len, held))
        assert kept.head == seq == body_of(held[-1])["seq"]
        assert len(held) == 1 or (len(held) <= max_events and kept.size <= max_bytes)


def test_expired() -> None:
    """Who asks for what is no longer kept is told what that is."""
    kept = journal(*[DELTA] * 30, max_events=10)

    assert body_of(kept.after(kept.first - 1).data[0])["seq"] == kept.first
    with pytest.raises(CursorExpired, match=f"events 1 to {kept.first - 1} are no longer kept"):
        kept.subscribe(0)
    assert kept.readers == 0


def test_unknown_place() -> None:
    """Who asks for a place that never was is told so."""
    with pytest.raises(InvalidRequest, match="has had 1 events, not 2"):
        journal(DELTA).subscribe(2)


@given(st.lists(SAID, min_size=1, max_size=20))
def test_resume(events: list[Event]) -> None:
    """Cut anywhere: what was read before and what is read after is everything, once."""
    kept = journal(*events)
    for cut in range(len(events) + 1):
        first, second = kept.subscribe(0), kept.subscribe(cut)

        before, after = first.take().data[:cut], second.take().data

        assert [*before, *after] == frames(*events)
        assert second.take().data == []


def test_leave() -> None:
    """A reader that leaves takes nobody with it."""
    kept = journal(DELTA)
    first, second = kept.subscribe(), kept.subscribe()

    first.unsubscribe()
    first.unsubscribe()

    assert kept.readers == 1
    assert second.take().data == frames(DELTA)


@virtual
async def test_wait() -> None:
    """A reader that has read all waits for more, and is woken by it."""
    kept = journal(DELTA)
    subscription = kept.subscribe()
    await subscription.wait()  # there is something already
    subscription.take()
    waiting = asyncio.create_task(subscription.wait())
    await soon()
    assert not waiting.done()

    kept.append(entries(TOOL, begin=2))
    await waiting

    assert subscription.take().data == frames(TOOL, begin=2)
    assert not subscription.at_end


@virtual
async def test_close() -> None:
    """The end of a journal wakes who waits; who has read all is at the end."""
    kept = journal(DELTA)
    late, waiter = kept.subscribe(), kept.subscribe(1)
    waiting = asyncio.create_task(waiter.wait())
    await soon()

    kept.close()
    await waiting

    assert (kept.closed, waiter.at_end, late.at_end) == (True, True, False)
    await waiter.wait()  # at once


@virtual
async def test_woken() -> None:
    """Somebody else can wake a reader, and a reader that gave up waiting is no trouble."""
    subscription = journal(DELTA).subscribe(1)
    subscription.wake()
    waiting = asyncio.create_task(subscription.wait())
    await soon()
    subscription.wake()
    await waiting

    waiting = asyncio.create_task(subscription.wait())
    await soon()
    waiting.cancel()
    subscription.wake()

    assert subscription.take().data == []


def test_returning() -> None:
    """A reader that comes back gets all it missed as it was, however much that is."""
    said: list[Event] = [DELTA, THOUGHT] * 300

    assert journal(*said).subscribe(0).take().data == frames(*said)


def test_close_enough() -> None:
    """A reader that is a little behind gets everything as it was."""
    kept = journal()
    subscription = lagging(kept, DELTA, THOUGHT)

    assert subscription.take().data == frames(DELTA, THOUGHT)
    assert not subscription.dropped


def test_slow() -> None:
    """A slow reader gets its text in one piece, the tools, and the number of previews it missed."""
    subscription = lagging(journal(TOOL), DELTA, THOUGHT, TextDelta("b", 2), Progress("gap"), TOOL, DELTA)

    taken = subscription.take()

    told = [(body_of(frame)["seq"], event_of(frame)) for frame in taken.data]
    assert told == [(4, TextDelta("ab", 2)), (6, TOOL), (7, DELTA)]
    assert len(taken.times) == 3
    assert subscription.dropped == {"thinking": 1, "progress": 1}
    assert subscription.position == 7


def test_slow_in_bytes() -> None:
    """A reader is slow by bytes as well."""
    big = [TextDelta("x" * 100), TextDelta("y" * 100)]

    (frame,) = lagging(journal(), *big, max_lag_bytes=300).take().data

    assert event_of(frame) == TextDelta("x" * 100 + "y" * 100)


def test_only_previews() -> None:
    """A slow reader that missed only previews gets nothing, and goes on behind them."""
    subscription = lagging(journal(), THOUGHT, THOUGHT, THOUGHT)

    assert subscription.take().data == []
    assert (subscription.position, subscription.dropped) == (3, {"thinking": 3})


def test_skip() -> None:
    """Who only waits for the end needn't read what comes before."""
    subscription = journal(DELTA, TOOL).subscribe()

    subscription.skip()

    assert (subscription.position, subscription.take().data) == (2, [])


def test_fell_out() -> None:
    """A reader that falls out of the journal is told, not given a stream with a hole."""
    kept = journal(DELTA, max_events=10)
    subscription = kept.subscribe(0)
    kept.append(entries(*[DELTA] * 30, begin=2))

    with pytest.raises(CursorExpired):
        subscription.take()


@given(st.lists(SAID, max_size=40), st.lists(st.integers(1, 9), min_size=40, max_size=40))
def test_any_slowness(events: list[Event], bites: list[int]) -> None:
    """However slow: the text exactly, facts all, previews there or counted, numbers strictly upwards."""
    kept = journal()
    taken: list[bytes] = []
    subscription = lagging(kept)
    for bite in bites:
        said, events = events[:bite], events[bite:]
        kept.append(entries(*said, begin=kept.head + 1))
        taken += subscription.take().data

    everything, got = events_of(kept.after(0).data), events_of(taken)
    assert text(got) == text(everything)
    assert [e for e in got if isinstance(e, ToolCall)] == [e for e in everything if isinstance(e, ToolCall)]
    missed = sum(isinstance(e, Thinking | Progress) for e in everything)
    there = sum(isinstance(e, Thinking | Progress) for e in got)
    assert missed - there == subscription.dropped.total()
    numbers = [body_of(frame)["seq"] for frame in taken]
    assert all(first < second for first, second in pairwise(numbers))
