"""A generation, called with made-up times: what it says, in which order, and when."""

import json
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propactor.core.entries import Entry
from propactor.core.errors import Cancelled, GenerationTimeout, UpstreamError
from propactor.core.events import (
    Done,
    Error,
    Event,
    FallbackReason,
    Part,
    Progress,
    Result,
    Source,
    Started,
    TextDelta,
    Thinking,
    ToolCall,
)
from propactor.core.generation import CAPPED, Generation
from propactor.core.machine import MachineError, State
from propactor.core.prop import part
from propactor.core.upstream import GenerationRequest
from propactor.settings.tables import Timeouts
from tests.core.strategies import SAID
from tests.support.entries import events_of, outcome_of

REQUEST = GenerationRequest("r", "j", "a ball", "Ball")
STARTED = Started("j", "/e", "/s", 1)
BALL = part.Part("sphere", (0, 1, 0), (0.5,), "#ff0000")
CUBE = part.Part("box", (0, 1, 0), (1, 1, 1), "#00ff00")
WRITTEN = "/* PARTS_DATA\n" + json.dumps([dict(BALL.as_json())]) + "\nPARTS_DATA */"
TIMEOUTS = Timeouts(accept=10, first_event=20, idle=30, total=100)
CHARS = 1_000_000


def result(*parts: part.Part) -> Result:
    """Return a result."""
    return Result("Ball", "Ball.tsx", "code", parts, "ai")


def begun(text_chars: int = CHARS) -> Generation:
    """Return a generation whose upstream has been asked, at zero."""
    generation = Generation(REQUEST, TIMEOUTS, text_chars, now=0, epoch=1000)
    generation.start(STARTED, 0)
    generation.ask(0)
    return generation


def events(entries: Iterable[Entry]) -> list[Event]:
    """Return the events of entries."""
    return events_of(entries)


def test_start() -> None:
    """The first entry says that the generation exists, and when."""
    generation = Generation(REQUEST, TIMEOUTS, CHARS, now=5, epoch=1000)

    (entry,) = generation.start(STARTED, 5)

    assert (entry.seq, entry.ts, *events([entry])) == (1, 1_005_000, STARTED)
    assert (generation.state, generation.finished, generation.watchdog.due) == (
        "started",
        False,
        float("inf"),
    )


def test_first_word() -> None:
    """The first word is told at once, after a word that there is one."""
    generation = begun()

    got = events(generation.receive(TextDelta("a", source="model"), 1))

    assert got == [Progress("streaming", source="model"), TextDelta("a", 1, source="model")]
    assert (generation.state, generation.first_output) == ("streaming", (1, "model"))


def test_accepted() -> None:
    """A notice is no word yet: we wait for the first one, longer."""
    generation = begun()

    assert events(generation.receive(Progress("accepted"), 8)) == [Progress("accepted")]
    assert (generation.state, generation.watchdog.due) == ("started", 5)
    assert generation.tick(5) == ()
    assert generation.watchdog.due == 8 + 20 / 2


def test_append() -> None:
    """Text that continues is told under the next number, with its length so far, whichever way it comes."""
    generation, other = begun(), begun()
    for one in (generation, other):
        one.receive(TextDelta("a", source="gateway"), 1)

    appended = generation.append("bc", "gateway", 5, 2)
    received = other.receive(TextDelta("bc", source="gateway", at=5), 2)

    assert list(appended) == list(received)
    assert events(appended) == [TextDelta("bc", 3, source="gateway")]
    assert (appended[0].seq, appended[0].at, generation.text) == (4, 5, "abc")


def test_append_first() -> None:
    """The first word may come as text to append, too."""
    generation = begun()

    got = events(generation.append("a", "model", None, 1))

    assert got == [Progress("streaming", source="model"), TextDelta("a", 1, source="model")]


@pytest.mark.parametrize("event", [STARTED, result(), Error("C", "m", True), Part(0, BALL)])
def test_not_sayable(event: Event) -> None:
    """An upstream can't begin or end a stream, nor send parts of its own."""
    with pytest.raises(TypeError, match="an upstream can't say"):
        begun().receive(event, 1)


def test_parts() -> None:
    """A part is told when its text is complete, behind that text."""
    generation = begun()

    got = events(generation.receive(TextDelta(WRITTEN, source="model"), 1))

    assert got[1:] == [TextDelta(WRITTEN, len(WRITTEN), source="model"), Part(0, BALL, source="model")]


def test_settle() -> None:
    """Parts that turn out otherwise are corrected before the result; it says so once."""
    generation = begun()
    generation.receive(TextDelta(WRITTEN), 1)
    generation.parse(2)

    got = events(generation.succeed(result(CUBE), "model", 3))

    assert got == [Part(0, CUBE, superseded=True), result(CUBE)]
    assert generation.stats().parts == 2


def test_gap() -> None:
    """Gaps are counted."""
    generation = begun()
    generation.receive(Progress("gap"), 1)

    assert generation.stats().gaps == 1


def test_replace() -> None:
    """When the text starts over, its characters are counted from the start."""
    generation = begun()
    generation.receive(TextDelta("wrong"), 1)

    got = events(generation.receive(TextDelta("ok", replace=True), 2))

    assert got == [TextDelta("ok", 2, replace=True)]
    assert generation.text == "ok"


def test_capped() -> None:
    """A model that doesn't end is told so once, behind what fits, and heard no more."""
    generation = begun(text_chars=3)
    generation.receive(TextDelta("12"), 1)

    got = events(generation.receive(TextDelta("345"), 1))

    assert got == [TextDelta("3", 3), Progress("capped", limit=3)]
    assert generation.receive(TextDelta("6"), 2) == ()
    assert (generation.text, generation.capped, generation.stats().text_chars) == ("123", True, 3)


@pytest.mark.parametrize(
    ("heard", "phase", "half", "end"),
    [
        ([], "accept", 5, 10),
        ([Progress("accepted")], "first_event", 10, 20),
        ([Thinking("hm")], "idle", 15, 30),
    ],
)
def test_silence(heard: list[Event], phase: str, half: float, end: float) -> None:
    """A silent upstream is noticed half-way; then the limit passes, under the name of what we waited for."""
    generation = begun()
    for event in heard:
        generation.receive(event, 0)

    told: list[Event] = []
    while generation.watchdog.due <= half:
        told += events(generation.tick(generation.watchdog.due))

    notice = Progress("stalled", silent_ms=int(half * 1000), limit_ms=int(end * 1000), reason=phase)
    assert [event for event in told if isinstance(event, Progress)] == [notice]
    assert generation.watchdog.due == end
    with pytest.raises(GenerationTimeout) as caught:
        generation.tick(end)
    assert caught.value.phase == phase
    assert generation.watchdog.due == float("inf")


def test_total() -> None:
    """A generation that never falls silent ends too, told before."""
    generation, told = begun(), []
    for now in range(1, 99):
        told += events([*generation.receive(ToolCall("read", "t"), now), *generation.tick(now)])
    with pytest.raises(GenerationTimeout) as caught:
        generation.tick(100)

    assert caught.value.phase == "total"
    assert [e.reason for e in told if isinstance(e, Progress) and e.phase == "stalled"] == ["total"]


def test_fail() -> None:
    """The error says whose fault it was, and which time limit passed; done follows."""
    generation = begun()

    (error,) = events(generation.fail(GenerationTimeout("late", phase="idle"), 2))
    (done,) = events(generation.close(3, generation.stats(), confirmed=False))

    assert error == Error("GEN_TIMEOUT", "late", True, None, "idle")
    assert isinstance(done, Done)
    assert (done.ok, done.duration_ms, done.upstream_cancel, done.stats.events) == (
        False, 3000, "unconfirmed", 3,
    )  # fmt: skip


def test_succeed() -> None:
    """The result is followed by done, with what the stream was made of."""
    generation = begun()
    for text in ("a", "b", "c"):
        generation.receive(TextDelta(text), 1)
    generation.parse(1)

    generation.succeed(result(), "model", 2)
    (done,) = events(generation.close(2, generation.stats(joined=4, dropped=2)))

    assert isinstance(done, Done)
    assert (done.ok, done.upstream_cancel) == (True, None)
    assert outcome_of(generation) == result()
    stats = done.stats
    assert (stats.events, stats.coalesced_deltas, stats.dropped_previews, stats.text_chars) == (8, 4, 2, 3)


def test_after_parse() -> None:
    """Once the upstream has said all, nothing more is taken from it, and nothing is due."""
    generation = begun()
    generation.receive(TextDelta("a"), 1)
    generation.parse(1)

    assert generation.receive(TextDelta("late"), 2) == ()
    assert (generation.text, generation.watchdog.due, generation.tick(500)) == ("a", float("inf"), ())


def test_after_error() -> None:
    """After the error nothing but done can follow."""
    generation = begun()
    generation.fail(Cancelled("enough"), 1)

    assert generation.receive(TextDelta("late"), 2) == ()
    for step in (generation.parse, lambda now: generation.fail(Cancelled("again"), now)):
        with pytest.raises(MachineError):
            step(2)


def test_fall_back() -> None:
    """The next upstream's text starts over, with its own time limits; the old text is void."""
    generation = begun()
    generation.receive(TextDelta("half a"), 1)
    generation.receive(TextDelta(" ball"), 1)

    told = events(generation.fall_back(UpstreamError("died"), 2))
    void = generation.text
    generation.ask(2)
    retold = events(generation.receive(TextDelta("a cube", source="template"), 3))

    assert told == [
        Progress("fallback", reason="UPSTREAM_ERROR", message="died"),
    ]
    assert retold == [
        Progress("streaming", source="template"),
        TextDelta("a cube", 6, replace=True, source="template"),
    ]
    assert (void, generation.text, generation.switches) == ("", "a cube", 1)
    assert generation.fallback_reason == FallbackReason("UPSTREAM_ERROR", "died")
    assert generation.first_output == (1, None)


def test_fall_back_silent() -> None:
    """When nothing had been said, the next upstream's text is simply the text."""
    generation = begun()
    generation.fall_back(UpstreamError("down"), 2)
    generation.ask(2)

    assert events(generation.receive(TextDelta("a"), 3))[1] == TextDelta("a", 1)
    assert generation.state == State.STREAMING


def test_fall_back_capped() -> None:
    """The next upstream may say as much as the first."""
    generation = begun(text_chars=3)
    generation.receive(TextDelta("12345"), 1)
    generation.parse(1)
    generation.fall_back(UpstreamError("nonsense"), 2)
    generation.ask(2)
    generation.receive(TextDelta("abc"), 3)

    assert (generation.text, generation.capped) == ("abc", False)


def test_crash() -> None:
    """A step that can't be written leaves the state, and numbers can be taken back: the end has no gap."""
    generation = begun()
    broken = result()
    object.__setattr__(broken, "code", object())
    generation.parse(1)
    with pytest.raises(TypeError):
        generation.succeed(broken, None, 2)

    generation.rewind(2)

    assert [entry.seq for entry in generation.fail(Cancelled("x"), 3)] == [3]


@given(st.lists(SAID, max_size=30), st.lists(st.floats(0, 0.1), min_size=30, max_size=30), st.data())
def test_replay(said: list[Event], pauses: list[float], data: st.DataObject) -> None:
    """Whatever is said: readers have the text exactly, tools all, numbers without a gap, times in order."""
    generation = Generation(REQUEST, TIMEOUTS, CHARS, now=0)
    entries, now = list(generation.start(STARTED, 0)), 0.0
    generation.ask(0)
    for event, pause in zip(said, pauses, strict=False):
        now += pause
        if data.draw(st.booleans()):
            entries += generation.tick(now)
        if type(event) is TextDelta and event.replace is event.raw is None and data.draw(st.booleans()):
            entries += generation.append(event.delta, event.source, None, now)
        else:
            entries += generation.receive(event, now)
    entries += generation.parse(now)

    text = ""
    for event in events(entries):
        if isinstance(event, TextDelta):
            text = event.delta if event.replace else text + event.delta
            assert event.accumulated_chars == len(text)
    assert text == generation.text
    assert [e.seq for e in entries] == list(range(1, len(entries) + 1))
    assert [e.ts for e in entries] == sorted(e.ts for e in entries)
    assert _facts(events(entries)) == _facts(said)


def _facts(told: Iterable[Event]) -> list[Event]:
    return [event for event in told if not isinstance(event, TextDelta | Thinking | Progress | Started)]


@pytest.mark.parametrize(("source", "method"), [("gateway", "ai"), ("model", "ai"), ("template", "template")])
def test_method(source: Source, method: str) -> None:
    """Whoever was asked last has made the result, and why it wasn't the first is said with it."""
    generation = begun()
    generation.fall_back(UpstreamError("died"), 1)
    generation.ask(1)
    generation.parse(2)

    generation.succeed(result(), source, 3)

    made = outcome_of(generation)
    assert isinstance(made, Result)
    assert (made.method, made.fallback_reason) == (method, FallbackReason("UPSTREAM_ERROR", "died"))


def test_capped_result() -> None:
    """A text that was cut is a diagnostic of the result."""
    generation = begun(text_chars=3)
    generation.receive(TextDelta("12345"), 1)
    generation.parse(1)

    generation.succeed(result(), "model", 2)

    outcome = outcome_of(generation)
    assert isinstance(outcome, Result)
    assert outcome.diagnostics == (CAPPED,)
