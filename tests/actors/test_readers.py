"""Readers of a generation: the last to go starts the grace, and none delays anybody."""

import asyncio
from dataclasses import replace

import pytest

from propactor.core.errors import (
    CursorExpired,
)
from propactor.core.events import (
    Error,
    Event,
    Result,
    TextDelta,
    Thinking,
    ToolCall,
)
from propactor.core.generation import Rules
from propactor.core.upstream import Reply
from propactor.testing.scripted import ScriptedUpstream, Step, Wait
from tests.actors.stage import (
    PROP,
    RULES,
    Puppet,
    check_ended,
    done,
    journal,
    soon,
    stage,
)
from tests.virtual import virtual


@virtual
async def test_abandoned() -> None:
    """A generation that nobody reads ends when the grace is over, not before."""
    puppet = Puppet()
    async with stage() as on:
        actor = await on.begin(puppet)
        reader = actor.subscribe()
        actor.unsubscribe(reader)
        assert actor.abandoned_at is None
        (other,) = actor.journal._subscriptions
        actor.unsubscribe(other)

        puppet.run.say(Thinking("hm"))
        await asyncio.sleep(RULES.grace - 0.1)
        assert not actor.generation.finished
        await asyncio.sleep(0.2)

        assert isinstance(actor.outcome, Error)
        assert (actor.outcome.code, actor.outcome.message) == ("CANCELLED", "Nobody was reading any more.")
        assert on.count("propactor_cancels_total", reason="abandoned") == 1
    assert puppet.run.stops == 1
    check_ended(actor)


@virtual
async def test_leave_twice() -> None:
    """Leaving twice doesn't prolong the grace."""
    async with stage() as on:
        actor = on.create(Puppet())
        reader = actor.subscribe()
        actor.launch()
        actor.unsubscribe(reader)
        since = actor.abandoned_at
        await asyncio.sleep(1)
        actor.unsubscribe(reader)

        assert actor.abandoned_at == since


@virtual
async def test_abandoned_before_launch() -> None:
    """A generation whose only reader goes before anything was asked ends the same way, and asks nothing."""
    puppet = Puppet()
    async with stage() as on:
        actor = on.create(puppet)
        actor.unsubscribe(actor.subscribe())
        await asyncio.sleep(RULES.grace + 0.1)

        assert actor.generation.finished
    assert puppet.runs == []
    check_ended(actor)


@virtual
async def test_rescued() -> None:
    """A reader that comes within the grace saves it; the next one to go starts the grace anew."""
    puppet, rules = Puppet(), replace(RULES, generation=Rules())
    async with stage(rules) as on:
        actor = on.create(puppet)
        actor.launch()
        await asyncio.sleep(RULES.grace - 0.1)
        reader = actor.subscribe()
        puppet.run.say(Thinking("hm"))
        await asyncio.sleep(RULES.grace * 2)
        assert not actor.generation.finished

        actor.unsubscribe(reader)
        await asyncio.sleep(RULES.grace - 0.1)
        assert not actor.generation.finished
        await asyncio.sleep(0.2)
        assert actor.generation.finished


@virtual
async def test_keep_running() -> None:
    """A generation that shall finish does so although nobody reads."""
    puppet = Puppet()
    async with stage(replace(RULES, generation=Rules())) as on:
        actor = on.create(puppet, keep_running=True)
        actor.launch()
        await asyncio.sleep(RULES.grace + 1)
        puppet.run.reply(PROP)
        await actor.ended()

    assert isinstance(actor.outcome, Result)
    assert actor.abandoned_at is None


@virtual
async def test_late_reader() -> None:
    """A finished generation can be read, from any place, and starts no grace."""
    puppet = Puppet()
    async with stage() as on:
        actor = await on.begin(puppet)
        puppet.run.reply(PROP)
        await actor.ended()
        everything = journal(actor)

        for cut in range(len(everything) + 1):
            reader = actor.subscribe(cut)
            assert list(reader.take()) == everything[cut:]
            assert reader.at_end
            actor.unsubscribe(reader)

        assert actor.abandoned_at is None


async def _milliseconds_for(readers: int, chatter: int = 100) -> float:
    """Return how long a generation takes whose readers never take anything."""
    steps: list[Step] = [TextDelta("x"), Wait(0.03)] * chatter
    async with stage(replace(RULES, journal_entries=50)) as on:
        actor = on.create(ScriptedUpstream([*steps, Reply(PROP)]), keep_running=True)
        for _ in range(readers):
            actor.subscribe()
        actor.launch()
        await actor.ended()
    assert isinstance(actor.outcome, Result)
    return done(actor).duration_ms


@virtual
async def test_nobody_reads() -> None:
    """A generation that nobody reads runs as fast as one with a dead reader, or with ten."""
    assert await _milliseconds_for(0) == pytest.approx(await _milliseconds_for(1), rel=0.01)
    assert await _milliseconds_for(0) == pytest.approx(await _milliseconds_for(10), rel=0.01)


@virtual
async def test_dead_reader() -> None:
    """A dead reader delays nobody: the other gets everything, the dead one falls out of the journal."""
    puppet = Puppet()
    async with stage(replace(RULES, journal_entries=20)) as on:
        actor = await on.begin(puppet)
        dead, alive = actor.subscribe(), actor.subscribe()
        got: list[Event] = []
        for number in range(50):
            puppet.run.say(ToolCall("read", str(number)))
            await soon()
            got += [entry.event for entry in alive.take()]

        assert [e.tool_call_id for e in got if isinstance(e, ToolCall)] == [str(n) for n in range(50)]
        with pytest.raises(CursorExpired):
            dead.take()
