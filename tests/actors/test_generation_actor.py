"""A generation as an actor: whatever upstreams, readers and clocks do, it ends well."""

import asyncio
from dataclasses import replace

import pytest

from propactor.actors.generation_actor import GenerationActor
from propactor.adapters.scripted import ScriptedUpstream, Step, Wait
from propactor.core import parser
from propactor.core.errors import (
    CursorExpired,
    GatewayUnavailable,
    InvalidModelOutput,
    UpstreamError,
    UpstreamFault,
)
from propactor.core.events import (
    Done,
    Error,
    Event,
    FallbackReason,
    Progress,
    Result,
    TextDelta,
    Thinking,
    ToolCall,
)
from propactor.core.generation import Rules
from propactor.core.upstream import Reply
from tests.actors.stage import (
    LIMITS,
    PROP,
    RULES,
    Answer,
    Puppet,
    check_ended,
    journal,
    kinds,
    soon,
    stage,
    text,
    told,
)
from tests.virtual import run, virtual


def done(actor: GenerationActor) -> Done:
    """Return the end of a generation."""
    event = told(actor)[-1]
    assert isinstance(event, Done)
    return event


def phases(actor: GenerationActor) -> list[str]:
    """Return the notices of a generation."""
    return [event.phase for event in told(actor) if isinstance(event, Progress)]


@virtual
async def test_result() -> None:
    """Thoughts, tools and text become a prop, in order, and the model is said to have made it."""
    puppet = Puppet()
    async with stage() as on:
        actor = await on.begin(puppet)
        puppet.run.say(Thinking("hm"))
        puppet.run.say(ToolCall("read", "t"))
        puppet.run.say(TextDelta(PROP))
        puppet.run.reply()
        await actor.ended()

    assert kinds(actor) == (
        "started progress thinking tool_call text_delta part progress result done"
    )  # fmt: skip
    assert phases(actor) == ["streaming", "parsing_output"]
    assert isinstance(actor.outcome, Result)
    assert (actor.outcome.method, len(actor.outcome.parts), done(actor).ok) == ("ai", 1, True)
    assert (done(actor).upstream_cancel, actor.upstream_cancel) == (None, None)
    check_ended(actor)


@virtual
async def test_launch() -> None:
    """Nothing is asked before the launch, and a second launch asks nothing."""
    puppet = Puppet()
    async with stage() as on:
        actor = on.create(puppet)
        actor.subscribe()
        await soon()
        assert (kinds(actor), puppet.runs, actor.launched) == ("started", [], False)

        actor.launch()
        actor.launch()
        await soon()

        assert (len(puppet.runs), actor.launched) == (1, True)


@virtual
async def test_final_text() -> None:
    """The text of the final answer counts more than the deltas."""
    puppet = Puppet()
    async with stage() as on:
        actor = await on.begin(puppet)
        puppet.run.say(TextDelta("garbled"))
        puppet.run.reply(PROP)
        await actor.ended()

    assert isinstance(actor.outcome, Result)


@virtual
async def test_deltas_leave_in_time() -> None:
    """A delta that waits leaves with the window, although nothing follows."""
    puppet = Puppet()
    async with stage() as on:
        actor = await on.begin(puppet)
        puppet.run.say(TextDelta("a"))
        puppet.run.say(TextDelta("b"))
        await soon()
        assert text(told(actor)) == "a"

        await asyncio.sleep(RULES.generation.window + 0.01)

        assert text(told(actor)) == "ab"


# Falling back


@virtual
async def test_fall_back() -> None:
    """When the model fails in the middle, the template starts the text over and says why it had to."""
    model, template = Puppet(), Puppet(source="template")
    async with stage() as on:
        actor = await on.begin(model, template)
        model.run.say(TextDelta("half a "))
        model.run.fail(UpstreamError("died"))
        await soon()
        model.run.say(TextDelta("ghost"))
        template.run.say(TextDelta(PROP, source="template"))
        model.run.say(TextDelta("ghost"))
        template.run.reply()
        await actor.ended()
        fallbacks = on.count("propactor_fallbacks_total", code="UPSTREAM_ERROR")

    assert phases(actor) == ["streaming", "fallback", "streaming", "parsing_output"]
    deltas = [event for event in told(actor) if isinstance(event, TextDelta)]
    assert [(event.delta, event.replace) for event in deltas] == [("half a ", None), (PROP, True)]
    assert isinstance(actor.outcome, Result)
    assert actor.outcome.method == "template"
    assert actor.outcome.fallback_reason == FallbackReason("UPSTREAM_ERROR", "died")
    assert (done(actor).stats.upstream_switches, model.run.stops, fallbacks) == (1, 0, 1)
    check_ended(actor)


@virtual
async def test_fall_back_from_nonsense() -> None:
    """A model that writes no prop is replaced as well; what it still says is void."""
    model, template = Puppet(), Puppet(source="template")
    async with stage() as on:
        actor = await on.begin(model, template)
        model.run.say(TextDelta("I'd rather not."))
        model.run.reply()
        await asyncio.sleep(0.01)
        model.run.say(TextDelta("ghost"))
        template.run.say(TextDelta(PROP))
        template.run.reply()
        await actor.ended()

    assert text(told(actor)) == PROP
    assert isinstance(actor.outcome, Result)
    assert actor.outcome.fallback_reason is not None
    assert actor.outcome.fallback_reason.code == InvalidModelOutput.code
    check_ended(actor)


@virtual
async def test_void_text_is_not_read() -> None:
    """A second upstream that says nothing isn't credited with what the first one said."""
    first, second = Puppet(), Puppet()
    async with stage() as on:
        actor = await on.begin(first, second)
        first.run.say(TextDelta(PROP))
        first.run.fail(UpstreamError("died"))
        await soon()
        second.run.reply()
        await actor.ended()

    assert isinstance(actor.outcome, Error)
    assert actor.outcome.code == InvalidModelOutput.code


@virtual
async def test_unheard_is_void() -> None:
    """What a failed run said last, and nobody has taken yet, isn't taken for the next one's."""
    first, second = Puppet(), Puppet()
    async with stage() as on:
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
    async with stage() as on:
        puppets = [Puppet(), Puppet()]
        actor = await on.begin(*puppets)
        for puppet in puppets:
            puppet.run.fail(GatewayUnavailable("down"))
            await soon()
        await actor.ended()

    assert actor.outcome == Error("GATEWAY_UNAVAILABLE", "down", recoverable=True)
    check_ended(actor)


@virtual
async def test_capped() -> None:
    """A model that doesn't end is stopped, and what it said is read."""
    puppet, rules = Puppet(), replace(RULES, generation=Rules(text_chars=len(PROP)))
    async with stage(rules) as on:
        actor = await on.begin(puppet)
        puppet.run.say(TextDelta(PROP + "and on and on"))
        puppet.run.say(TextDelta("and on"))
        await actor.ended()

    assert isinstance(actor.outcome, Result)
    assert [d.code for d in actor.outcome.diagnostics if d.code.isupper()][-1] == "TEXT_CAPPED"
    assert (puppet.run.stops, text(told(actor)), done(actor).upstream_cancel) == (1, PROP, "confirmed")
    check_ended(actor)


@virtual
async def test_capped_nonsense() -> None:
    """When what was cut is no prop, the template has all the room it needs."""
    model, template = Puppet(), Puppet(source="template")
    async with stage(replace(RULES, generation=Rules(text_chars=len(PROP)))) as on:
        actor = await on.begin(model, template)
        model.run.say(TextDelta("bla" * len(PROP)))
        await asyncio.sleep(0.01)
        for piece in (PROP[:9], PROP[9:]):
            template.run.say(TextDelta(piece))
        template.run.reply()
        await actor.ended()

    assert isinstance(actor.outcome, Result)
    assert [d for d in actor.outcome.diagnostics if d.code == "TEXT_CAPPED"] == []
    assert (template.run.stops, text(told(actor))) == (0, PROP)


# Cancelling


@pytest.mark.parametrize(
    ("answer", "expected", "seconds"),
    [
        ("confirmed", "confirmed", 0),
        ("unconfirmed", "unconfirmed", 0),
        ("defect", "unconfirmed", 0),
        ("silence", "unconfirmed", RULES.stop_seconds),
    ],
)
@virtual
async def test_cancel(answer: Answer, expected: str, seconds: float) -> None:
    """Readers are told at once; done follows the upstream's answer, or the end of our patience with it."""
    puppet, clock = Puppet(answer=answer), asyncio.get_running_loop().time
    async with stage() as on:
        actor = await on.begin(puppet, Puppet())
        puppet.run.say(TextDelta("a"))
        puppet.run.say(TextDelta("b"))
        await soon()
        began = clock()

        actor.cancel()
        await soon()
        assert kinds(actor).endswith("text_delta text_delta error" + " done" * (not seconds))
        await actor.ended()

    assert clock() - began == pytest.approx(seconds, abs=0.01)
    assert isinstance(actor.outcome, Error)
    assert actor.outcome.code == "CANCELLED"
    assert (done(actor).upstream_cancel, actor.upstream_cancel) == (expected, expected)
    assert (puppet.run.stops, actor.generation.switches) == (1, 0)
    check_ended(actor)


@virtual
async def test_cancel_twice() -> None:
    """A second cancel changes nothing, before the end and after."""
    puppet = Puppet()
    async with stage() as on:
        actor = await on.begin(puppet)
        actor.cancel()
        actor.cancel("abandoned")
        await actor.ended()
        actor.cancel()
        assert on.count("propactor_cancels_total", reason="asked") == 1
        assert on.count("propactor_cancels_total", reason="abandoned") == 0

    assert puppet.run.stops == 1
    check_ended(actor)


@virtual
async def test_cancel_before_launch() -> None:
    """A generation that asked nothing can be cancelled: nothing is asked any more."""
    puppet = Puppet()
    async with stage() as on:
        actor = on.create(puppet)
        actor.cancel()
        actor.launch()
        await actor.ended()

    assert (kinds(actor), puppet.runs) == ("started error done", [])
    check_ended(actor)


@virtual
async def test_cancel_while_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cancel that comes while the text is read wins; the reading goes nowhere."""
    puppet = Puppet()
    async with stage() as on:
        actor = await on.begin(puppet)
        monkeypatch.setattr(actor, "_parse", lambda _: asyncio.sleep(3600))
        puppet.run.reply(PROP)
        await soon()
        assert actor.generation.state == "parsing"
        actor.cancel()
        await actor.ended()

    assert isinstance(actor.outcome, Error)
    check_ended(actor)


@pytest.mark.parametrize("text", [PROP, "no prop at all"])
@virtual
async def test_read_too_late(text: str) -> None:
    """A text that is read after the cancel, while an upstream is still being stopped, counts for nothing."""
    silent, second = Puppet(answer="silence"), Puppet()
    async with stage() as on:
        actor = await on.begin(silent, second)
        await asyncio.sleep(LIMITS.accept + 0.01)
        second.run.reply(text)
        while actor.generation.state != "parsing":
            await asyncio.sleep(0)
        actor.cancel()
        await actor.ended()

    assert isinstance(actor.outcome, Error)
    assert actor.outcome.code == "CANCELLED"
    assert done(actor).duration_ms >= 1000 * (LIMITS.accept + RULES.stop_seconds)
    check_ended(actor)


@virtual
async def test_too_late() -> None:
    """A result that was under way when somebody cancelled isn't given: the error was first."""
    puppet = Puppet()
    async with stage() as on:
        actor = await on.begin(puppet)
        puppet.run.say(TextDelta(PROP))
        puppet.run.reply()
        actor.cancel()
        await actor.ended()

    assert isinstance(actor.outcome, Error)
    check_ended(actor)


# Readers


@virtual
async def test_abandoned() -> None:
    """A generation that nobody reads ends when the grace is over, not before."""
    puppet = Puppet()
    async with stage() as on:
        actor = await on.begin(puppet)
        reader = actor.subscribe()
        actor.leave(reader)
        assert actor.abandoned_at is None
        (other,) = actor.journal._subscriptions
        actor.leave(other)

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
        actor.leave(reader)
        since = actor.abandoned_at
        await asyncio.sleep(1)
        actor.leave(reader)

        assert actor.abandoned_at == since


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

        actor.leave(reader)
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
            actor.leave(reader)

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


# Time limits


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


# Defects


def crashing(call: str, steps: str, caplog: pytest.LogCaptureFixture) -> GenerationActor:
    """Let one of the generation's calls fail, next to a neighbour, and return the generation."""
    ended: list[GenerationActor] = []

    async def crash() -> None:
        puppet, other = Puppet(), Puppet()
        async with stage() as on:
            actor, neighbour = await on.begin(puppet, Puppet()), await on.begin(other)
            ended.append(actor)
            puppet.run.say(TextDelta("a"))
            puppet.run.say(TextDelta("b"))
            await soon()
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(actor.generation, call, _boom)
                puppet.run.say(TextDelta("c")) if steps == "say" else puppet.run.reply(PROP)
                await actor.ended()
            other.run.reply(PROP)
            await neighbour.ended()
            assert isinstance(neighbour.outcome, Result)
            check_ended(neighbour)

    run(crash())
    assert len([record for record in caplog.records if record.exc_info]) == 1
    return ended[0]


def _boom(*_: object, **__: object) -> None:
    raise RuntimeError("boom")


@pytest.mark.parametrize(
    ("call", "steps"),
    [("receive", "say"), ("_push", "say"), ("parse", "reply"), ("succeed", "reply")],
)
def test_crash(call: str, steps: str, caplog: pytest.LogCaptureFixture) -> None:
    """A defect of ours ends the stream with an error and done; a traceback is logged, neighbours go on."""
    actor = crashing(call, steps, caplog)

    assert isinstance(actor.outcome, Error)
    assert actor.outcome.code == "INTERNAL_ERROR"
    assert done(actor).upstream_cancel == ("unconfirmed" if steps == "say" else None)
    assert actor.generation.switches == 0
    check_ended(actor)


def test_unsayable(caplog: pytest.LogCaptureFixture) -> None:
    """An adapter that says what can't be said, or sent, can't break the order or the numbers."""

    async def misbehave() -> None:
        for event in (Done(True, 1, None), Thinking("hm", raw=object())):  # type: ignore[arg-type]
            puppet = Puppet()
            async with stage() as on:
                actor = await on.begin(puppet)
                puppet.run.say(event)
                await actor.ended()
            assert isinstance(actor.outcome, Error)
            assert actor.outcome.code == "INTERNAL_ERROR"
            check_ended(actor)

    run(misbehave())

    assert caplog.text.count("Traceback") == 2


def test_parser_defect(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect of the parser isn't the model's fault: nothing stands in for it."""
    monkeypatch.setattr(parser, "parse", _boom)

    async def read() -> None:
        puppet = Puppet()
        async with stage() as on:
            actor = await on.begin(puppet, Puppet())
            puppet.run.reply(PROP)
            await actor.ended()
        assert actor.outcome == Error("INTERNAL_ERROR", "The text could not be read", recoverable=True)
        check_ended(actor)

    run(read())

    assert caplog.text.count("Traceback") == 1


def test_adapter_defect(caplog: pytest.LogCaptureFixture) -> None:
    """An adapter that breaks is no reason to fall back, but the upstream behind it is stopped."""

    async def fail() -> None:
        puppet = Puppet()
        async with stage() as on:
            actor = await on.begin(puppet, Puppet())
            puppet.run.fail(RuntimeError("boom"))
            await actor.ended()
        assert isinstance(actor.outcome, Error)
        assert (actor.outcome.code, puppet.run.stops) == ("INTERNAL_ERROR", 1)
        assert (done(actor).upstream_cancel, actor.generation.switches) == ("confirmed", 0)
        check_ended(actor)

    run(fail())

    assert caplog.text.count("Traceback") == 1


@pytest.mark.parametrize("fault", [None, UpstreamError("died")])
def test_begin_defect(fault: UpstreamFault | None, caplog: pytest.LogCaptureFixture) -> None:
    """An adapter that can't even begin, first or second in line, ends the stream well too."""

    async def fail() -> None:
        first, broken = Puppet(), Puppet(defect=RuntimeError("boom"))
        async with stage() as on:
            actor = await on.begin(*([first, broken] if fault else [broken]))
            if fault is not None:
                first.run.fail(fault)
            await actor.ended()
        assert isinstance(actor.outcome, Error)
        assert actor.outcome.code == "INTERNAL_ERROR"
        check_ended(actor)

    run(fail())

    assert caplog.text.count("Traceback") == 1


def test_crash_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    """A defect behind the outcome leaves the outcome as it is."""

    async def fail() -> None:
        puppet = Puppet()
        async with stage() as on:
            actor = await on.begin(puppet)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(actor, "_close_when_quiet", _boom)
                puppet.run.reply(PROP)
                await actor.ended()
        assert isinstance(actor.outcome, Result)
        assert done(actor).ok
        check_ended(actor)

    run(fail())

    assert caplog.text.count("Traceback") == 1


@virtual
async def test_flood() -> None:
    """A flood that nobody has time for loses previews, which are counted, and no text."""
    puppet, said = Puppet(), [str(number) for number in range(3000)]
    async with stage(replace(RULES, mailbox_messages=64)) as on:
        actor = await on.begin(puppet)
        for piece in said:
            puppet.run.say(TextDelta(piece))
            puppet.run.say(Thinking("hm", block_id=piece))
        puppet.run.reply(PROP)
        await actor.ended()
        dropped = on.count("propactor_events_dropped_total", type="thinking", reason="mailbox")

    assert text(told(actor)) == "".join(said)
    assert done(actor).stats.dropped_previews == dropped == 3000 - kinds(actor).count("thinking")
    assert dropped > 0
    check_ended(actor)
