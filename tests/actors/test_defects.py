"""Defects, of adapters and of ours: the stream ends well, a traceback is logged, neighbours go on."""

import pytest

from propactor.actors.generation_actor import GenerationActor
from propactor.core.errors import (
    UpstreamError,
    UpstreamFault,
)
from propactor.core.events import (
    Done,
    Error,
    Result,
    TextDelta,
    Thinking,
)
from propactor.core.prop import parser
from tests.support.actor_harness import (
    PROP,
    FakeUpstream,
    broken,
    check_ended,
    done,
    error_of,
    harness,
    kinds,
    soon,
    text,
    told,
)
from tests.support.entries import outcome_of
from tests.support.virtual import run, virtual


def crashing(call: str, steps: str, caplog: pytest.LogCaptureFixture) -> GenerationActor:
    """Let one of the generation's calls fail, next to a neighbour, and return the generation."""
    ended: list[GenerationActor] = []

    async def crash() -> None:
        upstream, other = FakeUpstream(), FakeUpstream()
        async with harness() as on:
            actor, neighbour = await on.begin(upstream, FakeUpstream()), await on.begin(other)
            ended.append(actor)
            upstream.run.say(TextDelta("a"))
            await soon()
            upstream.run.say(TextDelta("b"))
            await soon()
            with broken(actor.generation, call):
                upstream.run.say(TextDelta("c")) if steps == "say" else upstream.run.reply(PROP)
                await actor.ended()
            other.run.reply(PROP)
            await neighbour.ended()
            assert isinstance(outcome_of(neighbour.generation), Result)
            check_ended(neighbour)

    run(crash())
    assert len([record for record in caplog.records if record.exc_info]) == 1
    return ended[0]


def _boom(*_: object, **__: object) -> None:
    raise RuntimeError("boom")


@pytest.mark.parametrize(
    ("call", "steps"),
    [("receive", "say"), ("_receive_text", "say"), ("parse", "reply"), ("succeed", "reply")],
)
def test_crash(call: str, steps: str, caplog: pytest.LogCaptureFixture) -> None:
    """A defect of ours ends the stream with an error and done; a traceback is logged, neighbours go on."""
    actor = crashing(call, steps, caplog)

    assert error_of(actor).code == "INTERNAL_ERROR"
    assert done(actor).upstream_cancel == ("unconfirmed" if steps == "say" else None)
    assert actor.generation.switches == 0
    check_ended(actor)


def test_unsayable(caplog: pytest.LogCaptureFixture) -> None:
    """An adapter that says what can't be said, or sent, can't break the order or the numbers."""

    async def misbehave() -> None:
        for event in (Done(True, 1, None), Thinking("hm", raw=object())):  # type: ignore[arg-type]
            upstream = FakeUpstream()
            async with harness() as on:
                actor = await on.begin(upstream)
                upstream.run.say(event)
                await actor.ended()
            assert error_of(actor).code == "INTERNAL_ERROR"
            check_ended(actor)

    run(misbehave())

    assert caplog.text.count("Traceback") == 2


def test_parser_defect(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect of the parser isn't the model's fault: nothing stands in for it."""
    monkeypatch.setattr(parser, "parse", _boom)

    async def read() -> None:
        upstream = FakeUpstream()
        async with harness() as on:
            actor = await on.begin(upstream, FakeUpstream())
            upstream.run.reply(PROP)
            await actor.ended()
        assert error_of(actor) == Error("INTERNAL_ERROR", "The text could not be read", recoverable=True)
        check_ended(actor)

    run(read())

    assert caplog.text.count("Traceback") == 1


def test_adapter_defect(caplog: pytest.LogCaptureFixture) -> None:
    """An adapter that breaks is no reason to fall back, but the upstream behind it is stopped."""

    async def fail() -> None:
        upstream = FakeUpstream()
        async with harness() as on:
            actor = await on.begin(upstream, FakeUpstream())
            upstream.run.fail(RuntimeError("boom"))
            await actor.ended()
        assert (error_of(actor).code, upstream.run.stops) == ("INTERNAL_ERROR", 1)
        assert (done(actor).upstream_cancel, actor.generation.switches) == ("confirmed", 0)
        check_ended(actor)

    run(fail())

    assert caplog.text.count("Traceback") == 1


@pytest.mark.parametrize("fault", [None, UpstreamError("died")])
def test_begin_defect(fault: UpstreamFault | None, caplog: pytest.LogCaptureFixture) -> None:
    """An adapter that can't even begin, first or second in line, ends the stream well too."""

    async def fail() -> None:
        first, broken = FakeUpstream(), FakeUpstream(defect=RuntimeError("boom"))
        async with harness() as on:
            actor = await on.begin(*([first, broken] if fault else [broken]))
            if fault is not None:
                first.run.fail(fault)
            await actor.ended()
        assert error_of(actor).code == "INTERNAL_ERROR"
        check_ended(actor)

    run(fail())

    assert caplog.text.count("Traceback") == 1


def test_crash_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    """A defect behind the outcome leaves the outcome as it is."""

    async def fail() -> None:
        upstream = FakeUpstream()
        async with harness() as on:
            actor = await on.begin(upstream)
            with broken(actor.generation, "close"):
                upstream.run.reply(PROP)
                await actor.ended()
        assert isinstance(outcome_of(actor.generation), Result)
        assert done(actor).ok
        check_ended(actor)

    run(fail())

    assert caplog.text.count("Traceback") == 1


@virtual
async def test_flood() -> None:
    """A flood that nobody has time for loses previews, which are counted, and no text."""
    upstream, said = FakeUpstream(), [str(number) for number in range(3000)]
    async with harness(limits={"mailbox_messages": 64}) as on:
        actor = await on.begin(upstream)
        for piece in said:
            upstream.run.say(TextDelta(piece))
            upstream.run.say(Thinking("hm", block_id=piece))
        upstream.run.reply(PROP)
        await actor.ended()
        dropped = on.count("propactor_events_dropped_total", type="thinking", reason="mailbox")

    assert text(told(actor)) == "".join(said)
    assert done(actor).stats.dropped_previews == dropped == 3000 - kinds(actor).count("thinking")
    assert dropped > 0
    check_ended(actor)
