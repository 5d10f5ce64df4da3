"""Time limits: a notice first, then the end, each under its own name."""

import asyncio
from dataclasses import replace

import pytest

from propactor.core.events import (
    Error,
    Event,
    Progress,
    Result,
    TextDelta,
    Thinking,
    ToolCall,
)
from propactor.core.generation import Rules
from propactor.core.watchdog import TimeLimits
from tests.actors.stage import (
    PROP,
    RULES,
    Puppet,
    check_ended,
    done,
    kinds,
    phases,
    soon,
    stage,
    text,
    told,
)
from tests.virtual import virtual


@pytest.mark.parametrize(
    ("heard", "phase", "seconds"),
    [([], "accept", 10), ([Progress("accepted")], "first_event", 20), ([Thinking("hm")], "idle", 30)],
)
@virtual
async def test_silence(heard: list[Event], phase: str, seconds: float) -> None:
    """A silent upstream is noticed half-way, then stopped, under the name of what we waited for."""
    puppet, clock = Puppet(), asyncio.get_running_loop().time
    async with stage() as on:
        actor = await on.begin(puppet)
        for event in heard:
            puppet.run.say(event)
        began = clock()
        await actor.ended()

    assert clock() - began == pytest.approx(seconds, abs=0.02)
    assert isinstance(actor.outcome, Error)
    assert (actor.outcome.code, actor.outcome.phase, puppet.run.stops) == ("GEN_TIMEOUT", phase, 1)
    assert [e.reason for e in told(actor) if isinstance(e, Progress) and e.phase == "stalled"] == [phase]
    check_ended(actor)


@virtual
async def test_total() -> None:
    """A generation that talks for ever is warned of, then stopped."""
    puppet = Puppet()
    async with stage() as on:
        actor = await on.begin(puppet)
        while not actor.generation.finished:
            puppet.run.say(ToolCall("read", "t"))
            await asyncio.sleep(1)
        await actor.ended()

    assert isinstance(actor.outcome, Error)
    assert actor.outcome.phase == "total"
    assert [e.reason for e in told(actor) if isinstance(e, Progress) and e.phase == "stalled"] == ["total"]
    assert done(actor).duration_ms == pytest.approx(100_000, abs=50)
    check_ended(actor)


@virtual
async def test_timeout_falls_back() -> None:
    """An upstream that falls silent is stopped and replaced; done waits for its answer."""
    silent, template = Puppet(answer="silence"), Puppet(source="template")
    async with stage() as on:
        actor = await on.begin(silent, template)
        await asyncio.sleep(10.01)
        template.run.reply(PROP)
        await soon()
        assert kinds(actor).endswith("result")
        await actor.ended()

    assert isinstance(actor.outcome, Result)
    assert (silent.run.stops, done(actor).ok, done(actor).upstream_cancel) == (1, True, "unconfirmed")
    check_ended(actor)


@virtual
async def test_shorter_limit() -> None:
    """A shorter limit counts from the moment it applies, although a longer one was being waited for."""
    puppet, limits = Puppet(), TimeLimits(accept=60, first_event=60, idle=4, total=100)
    async with stage(replace(RULES, generation=Rules(time=limits))) as on:
        actor = await on.begin(puppet)
        puppet.run.say(Thinking("hm"))
        await actor.ended()

    assert phases(actor) == ["streaming", "stalled"]
    assert done(actor).duration_ms == pytest.approx(4000, abs=20)


@virtual
async def test_early_bell() -> None:
    """When a bell rings before its time, what waits leaves before its time; what follows waits its own."""
    puppet = Puppet()
    async with stage() as on:
        actor = await on.begin(puppet)
        for piece in "ab":
            puppet.run.say(TextDelta(piece))
        await soon()

        actor.run_guarded(actor._look_round)
        assert text(told(actor)) == "ab"
        puppet.run.say(TextDelta("c"))
        await soon()
        assert text(told(actor)) == "ab"
        await asyncio.sleep(RULES.generation.window + 0.01)

        assert text(told(actor)) == "abc"
