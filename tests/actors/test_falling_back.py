"""Falling back: the next upstream starts over, and what the last one said is void."""

import asyncio

from propactor.core.errors import (
    GatewayUnavailable,
    InvalidModelOutput,
    UpstreamError,
)
from propactor.core.events import (
    Error,
    FallbackReason,
    Progress,
    TextDelta,
)
from tests.support.actor_harness import (
    PROP,
    FakeUpstream,
    check_ended,
    done,
    error_of,
    harness,
    phases,
    result_of,
    soon,
    text,
    told,
)
from tests.support.virtual import virtual


@virtual
async def test_fall_back() -> None:
    """When the model fails in the middle, the template starts the text over and says why it had to."""
    model, template = FakeUpstream(), FakeUpstream(source="template")
    async with harness() as on:
        actor = await on.begin(model, template)
        model.run.say(TextDelta("half a "))
        model.run.fail(UpstreamError("died"))
        await soon()
        model.run.say(TextDelta("ghost"))
        template.run.say(TextDelta(PROP, source="template"))
        model.run.say(TextDelta("ghost"))
        template.run.reply()
        await actor.ended()
        fallbacks = on.count("propactor_fallbacks_total", code="UPSTREAM_ERROR", to="template")

    assert phases(actor) == ["streaming", "fallback", "streaming", "parsing_output"]
    deltas = [event for event in told(actor) if isinstance(event, TextDelta)]
    assert [(event.delta, event.replace) for event in deltas] == [("half a ", None), (PROP, True)]
    assert result_of(actor).method == "template"
    assert result_of(actor).fallback_reason == FallbackReason("UPSTREAM_ERROR", "died")
    assert (done(actor).stats.upstream_switches, model.run.stops, fallbacks) == (1, 0, 1)
    check_ended(actor)


@virtual
async def test_not_mid_run() -> None:
    """Where that is wanted, an upstream that fails silently is replaced, but not one that spoke."""
    silent, model, template = FakeUpstream(), FakeUpstream(source="model"), FakeUpstream(source="template")
    async with harness(fallback={"mid_run": False}) as on:
        actor = await on.begin(silent, model, template)
        silent.run.say(Progress("accepted"))
        silent.run.fail(UpstreamError("died"))
        await soon()
        model.run.say(TextDelta("half a "))
        model.run.fail(UpstreamError("died too"))
        await actor.ended()

    assert error_of(actor).message == "died too"
    assert phases(actor) == ["accepted", "fallback", "streaming"]
    check_ended(actor)


@virtual
async def test_fall_back_from_nonsense() -> None:
    """A model that writes no prop is replaced as well; what it still says is void."""
    model, template = FakeUpstream(), FakeUpstream(source="template")
    async with harness() as on:
        actor = await on.begin(model, template)
        model.run.say(TextDelta("I'd rather not."))
        model.run.reply()
        await asyncio.sleep(0.01)
        model.run.say(TextDelta("ghost"))
        template.run.say(TextDelta(PROP))
        template.run.reply()
        await actor.ended()

    assert text(told(actor)) == PROP
    reason = result_of(actor).fallback_reason
    assert reason is not None
    assert reason.code == InvalidModelOutput.code
    check_ended(actor)


@virtual
async def test_void_text_is_not_read() -> None:
    """A second upstream that says nothing isn't credited with what the first one said."""
    first, second = FakeUpstream(), FakeUpstream()
    async with harness() as on:
        actor = await on.begin(first, second)
        first.run.say(TextDelta(PROP))
        first.run.fail(UpstreamError("died"))
        await soon()
        second.run.reply()
        await actor.ended()

    assert error_of(actor).code == InvalidModelOutput.code


@virtual
async def test_unheard_is_void() -> None:
    """What a failed run said last, and nobody has taken yet, isn't taken for the next one's."""
    first, second = FakeUpstream(), FakeUpstream()
    async with harness() as on:
        actor = await on.begin(first, second)
        first.run.fail(UpstreamError("died"))
        await asyncio.sleep(0)
        first.run.say(TextDelta("ghost"))
        assert len(actor.mailbox) == 2
        await soon()
        second.run.say(TextDelta("word"))
        await soon()

        assert text(told(actor)) == "word"


@virtual
async def test_no_upstream_left() -> None:
    """When the last upstream fails, so does the generation."""
    async with harness() as on:
        puppets = [FakeUpstream(), FakeUpstream()]
        actor = await on.begin(*puppets)
        for upstream in puppets:
            upstream.run.fail(GatewayUnavailable("down"))
            await soon()
        await actor.ended()

    assert error_of(actor) == Error("GATEWAY_UNAVAILABLE", "down", recoverable=True)
    check_ended(actor)


@virtual
async def test_capped() -> None:
    """A model that doesn't end is stopped, and what it said is read."""
    upstream = FakeUpstream()
    async with harness(limits={"text_chars": len(PROP)}) as on:
        actor = await on.begin(upstream)
        upstream.run.say(TextDelta(PROP + "and on and on"))
        upstream.run.say(TextDelta("and on"))
        await actor.ended()

    assert [d.code for d in result_of(actor).diagnostics if d.code.isupper()][-1] == "TEXT_CAPPED"
    assert (upstream.run.stops, text(told(actor)), done(actor).upstream_cancel) == (1, PROP, "confirmed")
    check_ended(actor)


@virtual
async def test_capped_nonsense() -> None:
    """When what was cut is no prop, the template has all the room it needs."""
    model, template = FakeUpstream(), FakeUpstream(source="template")
    async with harness(limits={"text_chars": len(PROP)}) as on:
        actor = await on.begin(model, template)
        model.run.say(TextDelta("bla" * len(PROP)))
        await asyncio.sleep(0.01)
        for piece in (PROP[:9], PROP[9:]):
            template.run.say(TextDelta(piece))
        template.run.reply()
        await actor.ended()

    assert [d for d in result_of(actor).diagnostics if d.code == "TEXT_CAPPED"] == []
    assert (template.run.stops, text(told(actor))) == (0, PROP)
