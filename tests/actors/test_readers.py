"""Readers of a generation: the last to go starts the grace, and none delays anybody."""

import asyncio

import pytest

from propactor.core.errors import (
    CursorExpired,
)
from propactor.core.events import (
    Event,
    Result,
    TextDelta,
    Thinking,
    ToolCall,
)
from propactor.core.upstream import Reply
from propactor.testing.scripted import ScriptedUpstream, Step, Wait
from tests.support.actor_harness import (
    GRACE,
    PROP,
    FakeUpstream,
    check_ended,
    done,
    error_of,
    harness,
    journal,
    soon,
)
from tests.support.entries import events_of, outcome_of
from tests.support.virtual import virtual


@virtual
async def test_abandoned() -> None:
    """A generation that nobody reads ends when the grace is over, not before."""
    upstream = FakeUpstream()
    async with harness() as on:
        actor = await on.begin(upstream)
        reader = actor.readers.subscribe()
        actor.readers.unsubscribe(reader)
        assert actor.readers.abandoned_at is None
        (other,) = actor.journal._subscriptions
        actor.readers.unsubscribe(other)

        upstream.run.say(Thinking("hm"))
        await asyncio.sleep(GRACE - 0.1)
        assert not actor.generation.finished
        await asyncio.sleep(0.2)

        assert (error_of(actor).code, error_of(actor).message) == (
            "CANCELLED",
            "Nobody was reading any more.",
        )
        assert on.count("propactor_cancels_total", reason="abandoned") == 1
    assert upstream.run.stops == 1
    check_ended(actor)


@virtual
async def test_leave_twice() -> None:
    """Leaving twice doesn't prolong the grace."""
    async with harness() as on:
        actor = on.create(FakeUpstream())
        reader = actor.readers.subscribe()
        actor.launch()
        actor.readers.unsubscribe(reader)
        since = actor.readers.abandoned_at
        await asyncio.sleep(1)
        actor.readers.unsubscribe(reader)

        assert actor.readers.abandoned_at == since


@virtual
async def test_abandoned_before_launch() -> None:
    """A generation whose only reader goes before anything was asked ends the same way, and asks nothing."""
    upstream = FakeUpstream()
    async with harness() as on:
        actor = on.create(upstream)
        actor.readers.unsubscribe(actor.readers.subscribe())
        await asyncio.sleep(GRACE + 0.1)

        assert actor.generation.finished
    assert upstream.runs == []
    check_ended(actor)


@virtual
async def test_rescued() -> None:
    """A reader that comes within the grace saves it; the next one to go starts the grace anew."""
    upstream = FakeUpstream()
    async with harness(timeouts={}) as on:
        actor = on.create(upstream)
        actor.launch()
        await asyncio.sleep(GRACE - 0.1)
        reader = actor.readers.subscribe()
        upstream.run.say(Thinking("hm"))
        await asyncio.sleep(GRACE * 2)
        assert not actor.generation.finished

        actor.readers.unsubscribe(reader)
        await asyncio.sleep(GRACE - 0.1)
        assert not actor.generation.finished
        await asyncio.sleep(0.2)
        assert actor.generation.finished


@virtual
async def test_keep_running() -> None:
    """A generation that shall finish does so although nobody reads."""
    upstream = FakeUpstream()
    async with harness(timeouts={}) as on:
        actor = on.create(upstream, keep_running=True)
        actor.launch()
        await asyncio.sleep(GRACE + 1)
        upstream.run.reply(PROP)
        await actor.ended()

    assert isinstance(outcome_of(actor.generation), Result)
    assert actor.readers.abandoned_at is None


@virtual
async def test_late_reader() -> None:
    """A finished generation can be read, from any place, and starts no grace."""
    upstream = FakeUpstream()
    async with harness() as on:
        actor = await on.begin(upstream)
        upstream.run.reply(PROP)
        await actor.ended()
        everything = journal(actor)

        for cut in range(len(everything) + 1):
            reader = actor.readers.subscribe(cut)
            assert reader.take().data == everything[cut:]
            assert reader.at_end
            actor.readers.unsubscribe(reader)

        assert actor.readers.abandoned_at is None


async def _milliseconds_for(readers: int, chatter: int = 100) -> float:
    """Return how long a generation takes whose readers never take anything."""
    steps: list[Step] = [TextDelta("x"), Wait(0.03)] * chatter
    async with harness(limits={"journal_events": 50}) as on:
        actor = on.create(ScriptedUpstream([*steps, Reply(PROP)]), keep_running=True)
        for _ in range(readers):
            actor.readers.subscribe()
        actor.launch()
        await actor.ended()
    assert isinstance(outcome_of(actor.generation), Result)
    return done(actor).duration_ms


@virtual
async def test_nobody_reads() -> None:
    """A generation that nobody reads runs as fast as one with a dead reader, or with ten."""
    assert await _milliseconds_for(0) == pytest.approx(await _milliseconds_for(1), rel=0.01)
    assert await _milliseconds_for(0) == pytest.approx(await _milliseconds_for(10), rel=0.01)


@virtual
async def test_dead_reader() -> None:
    """A dead reader delays nobody: the other gets everything, the dead one falls out of the journal."""
    upstream = FakeUpstream()
    async with harness(limits={"journal_events": 20}) as on:
        actor = await on.begin(upstream)
        dead, alive = actor.readers.subscribe(), actor.readers.subscribe()
        got: list[Event] = []
        for number in range(50):
            upstream.run.say(ToolCall("read", str(number)))
            await soon()
            got += events_of(alive.take().data)

        assert [e.tool_call_id for e in got if isinstance(e, ToolCall)] == [str(n) for n in range(50)]
        with pytest.raises(CursorExpired):
            dead.take()
