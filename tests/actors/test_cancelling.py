"""Cancelling: readers are told at once, done says what the upstream said."""

import asyncio

import pytest

from propactor.actors import generation_actor
from propactor.core.events import (
    Error,
    TextDelta,
)
from tests.support.actor_harness import (
    PROP,
    SETTINGS,
    Answer,
    FakeUpstream,
    check_ended,
    done,
    error_of,
    harness,
    kinds,
    soon,
)
from tests.support.entries import outcome_of
from tests.support.virtual import virtual


@pytest.mark.parametrize(
    ("answer", "expected", "seconds"),
    [
        ("confirmed", "confirmed", 0),
        ("unconfirmed", "unconfirmed", 0),
        ("defect", "unconfirmed", 0),
        ("silence", "unconfirmed", SETTINGS.timeouts.stop),
    ],
)
@virtual
async def test_cancel(answer: Answer, expected: str, seconds: float) -> None:
    """Readers are told at once; done follows the upstream's answer, or the time limit for it."""
    upstream, clock = FakeUpstream(answer=answer), asyncio.get_running_loop().time
    async with harness() as on:
        actor = await on.begin(upstream, FakeUpstream())
        upstream.run.say(TextDelta("a"))
        await soon()
        upstream.run.say(TextDelta("b"))
        await soon()
        began = clock()

        actor.cancel()
        await soon()
        assert kinds(actor).endswith("text_delta text_delta error" + " done" * (not seconds))
        await actor.ended()

    assert clock() - began == pytest.approx(seconds, abs=0.01)
    assert error_of(actor).code == "CANCELLED"
    assert (done(actor).upstream_cancel, actor.record.upstream_cancel) == (expected, expected)
    assert (upstream.run.stops, actor.generation.switches) == (1, 0)
    check_ended(actor)


@virtual
async def test_cancel_twice() -> None:
    """A second cancel changes nothing, before the end and after."""
    upstream = FakeUpstream()
    async with harness() as on:
        actor = await on.begin(upstream)
        actor.cancel()
        actor.cancel("abandoned")
        await actor.ended()
        actor.cancel()
        assert on.count("propactor_cancels_total", reason="asked") == 1
        assert on.count("propactor_cancels_total", reason="abandoned") == 0

    assert upstream.run.stops == 1
    check_ended(actor)


@virtual
async def test_cancel_before_launch() -> None:
    """A generation that asked nothing can be cancelled: nothing is asked any more."""
    upstream = FakeUpstream()
    async with harness() as on:
        actor = on.create(upstream)
        actor.cancel()
        actor.launch()
        await actor.ended()

    assert (kinds(actor), upstream.runs) == ("started error done", [])
    check_ended(actor)


@virtual
async def test_cancel_while_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cancel that comes while the text is read wins; the reading goes nowhere."""
    upstream = FakeUpstream()
    async with harness() as on:
        actor = await on.begin(upstream)
        monkeypatch.setattr(generation_actor, "_parse", lambda *_: asyncio.sleep(3600))
        upstream.run.reply(PROP)
        await soon()
        assert actor.generation.state == "parsing"
        actor.cancel()
        await actor.ended()

    assert isinstance(outcome_of(actor.generation), Error)
    check_ended(actor)


@pytest.mark.parametrize("text", [PROP, "no prop at all"])
@virtual
async def test_read_too_late(text: str) -> None:
    """A text that is read after the cancel, while an upstream is still being stopped, counts for nothing."""
    silent, second = FakeUpstream(answer="silence"), FakeUpstream()
    async with harness() as on:
        actor = await on.begin(silent, second)
        await asyncio.sleep(SETTINGS.timeouts.accept + 0.01)
        second.run.reply(text)
        while actor.generation.state != "parsing":
            await asyncio.sleep(0)
        actor.cancel()
        await actor.ended()

    assert error_of(actor).code == "CANCELLED"
    assert done(actor).duration_ms >= 1000 * (SETTINGS.timeouts.accept + SETTINGS.timeouts.stop)
    check_ended(actor)


@virtual
async def test_too_late() -> None:
    """A result that was under way when somebody cancelled isn't given: the error was first."""
    upstream = FakeUpstream()
    async with harness() as on:
        actor = await on.begin(upstream)
        upstream.run.say(TextDelta(PROP))
        upstream.run.reply()
        actor.cancel()
        await actor.ended()

    assert isinstance(outcome_of(actor.generation), Error)
    check_ended(actor)
