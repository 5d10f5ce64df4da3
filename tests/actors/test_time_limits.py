"""Time limits: a notice first, then the end, each under its own name."""

import asyncio

import pytest

from propactor.core.events import (
    Event,
    Progress,
    Result,
    TextDelta,
    Thinking,
    ToolCall,
)
from tests.support.actor_harness import (
    PROP,
    WINDOW,
    FakeUpstream,
    check_ended,
    done,
    error_of,
    harness,
    kinds,
    phases,
    soon,
    text,
    told,
)
from tests.support.entries import outcome_of
from tests.support.virtual import virtual


@pytest.mark.parametrize(
    ("heard", "phase", "seconds"),
    [([], "accept", 10), ([Progress("accepted")], "first_event", 20), ([Thinking("hm")], "idle", 30)],
)
@virtual
async def test_silence(heard: list[Event], phase: str, seconds: float) -> None:
    """A silent upstream is noticed half-way, then stopped, under the name of what we waited for."""
    upstream, clock = FakeUpstream(), asyncio.get_running_loop().time
    async with harness() as on:
        actor = await on.begin(upstream)
        for event in heard:
            upstream.run.say(event)
        began = clock()
        await actor.ended()

    assert clock() - began == pytest.approx(seconds, abs=0.02)
    assert (error_of(actor).code, error_of(actor).phase, upstream.run.stops) == (
        "GEN_TIMEOUT",
        phase,
        1,
    )
    assert [e.reason for e in told(actor) if isinstance(e, Progress) and e.phase == "stalled"] == [phase]
    check_ended(actor)


@virtual
async def test_total() -> None:
    """A generation that talks for ever is warned of, then stopped."""
    upstream = FakeUpstream()
    async with harness() as on:
        actor = await on.begin(upstream)
        while not actor.generation.finished:
            upstream.run.say(ToolCall("read", "t"))
            await asyncio.sleep(1)
        await actor.ended()

    assert error_of(actor).phase == "total"
    assert [e.reason for e in told(actor) if isinstance(e, Progress) and e.phase == "stalled"] == ["total"]
    assert done(actor).duration_ms == pytest.approx(100_000, abs=50)
    check_ended(actor)


@virtual
async def test_timeout_falls_back() -> None:
    """An upstream that falls silent is stopped and replaced; done waits for its answer."""
    silent, template = FakeUpstream(answer="silence"), FakeUpstream(source="template")
    async with harness() as on:
        actor = await on.begin(silent, template)
        await asyncio.sleep(10.01)
        template.run.reply(PROP)
        await soon()
        assert kinds(actor).endswith("result")
        await actor.ended()

    assert isinstance(outcome_of(actor.generation), Result)
    assert (silent.run.stops, done(actor).ok, done(actor).upstream_cancel) == (1, True, "unconfirmed")
    check_ended(actor)


@virtual
async def test_shorter_limit() -> None:
    """A shorter limit counts from the moment it applies, although a longer one was being waited for."""
    upstream, limits = FakeUpstream(), {"accept": 60, "first_event": 60, "idle": 4, "total": 100}
    async with harness(timeouts=limits) as on:
        actor = await on.begin(upstream)
        upstream.run.say(Thinking("hm"))
        await actor.ended()

    assert phases(actor) == ["streaming", "stalled"]
    assert done(actor).duration_ms == pytest.approx(4000, abs=20)


@virtual
async def test_early_bell() -> None:
    """When a bell rings before its time, what waits leaves before its time; what follows waits its own."""
    upstream = FakeUpstream()
    async with harness() as on:
        actor = await on.begin(upstream)
        for piece in "ab":
            upstream.run.say(TextDelta(piece))
        await soon()

        actor.run_guarded(actor._check_time)
        assert text(told(actor)) == "ab"
        upstream.run.say(TextDelta("c"))
        await soon()
        assert text(told(actor)) == "ab"
        await asyncio.sleep(WINDOW + 0.01)

        assert text(told(actor)) == "abc"
