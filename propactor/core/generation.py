"""One generation as a function of events and time: every call returns the entries it gave rise to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from propactor.core.coalescer import Coalescer
from propactor.core.draft import TextBuffer
from propactor.core.errors import GenerationTimeout, PropactorError
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
    Stats,
    TextDelta,
    Thinking,
    ToolCall,
    ToolResult,
)
from propactor.core.joining import Delta, join, text_of
from propactor.core.machine import Lifecycle, State
from propactor.core.prop.part_stream import PartStream
from propactor.core.sse import Entry, encode
from propactor.core.upstream import GenerationRequest
from propactor.core.watchdog import TimeLimits, Watchdog

Entries = Sequence[Entry]
FINISHED = frozenset({State.RESULT, State.ERROR, State.DONE})
UPSTREAM_EVENTS = frozenset({ToolCall, ToolResult, Progress})
Confirmation = Literal["confirmed", "unconfirmed"]
CONFIRMATION: dict[bool | None, Confirmation | None] = {None: None, True: "confirmed", False: "unconfirmed"}


@dataclass(frozen=True, slots=True)
class Rules:
    """The limits one generation lives by: seconds, and characters of text."""

    window: float = 0.04
    text_chars: int = 1_000_000
    time: TimeLimits = field(default_factory=TimeLimits)


class Generation:
    """Turns what upstreams say into the entries readers get, in the order the table allows.

    ``now`` is in seconds on a clock that never goes back; ``epoch`` is what to add for Unix time.
    ``flush_at`` and ``watchdog_due`` are when ``tick`` wants to be called, at the latest; ``has_output``,
    whether the upstream that is being asked has said a word.
    """

    def __init__(self, request: GenerationRequest, rules: Rules, *, now: float, epoch: float = 0.0) -> None:
        self.request = request
        self.gaps = 0
        self.switches = 0
        self.dropped_previews = 0
        self.joined_earlier = 0
        self.has_output = False
        self.parts_sent = 0
        self.fallback_reason: FallbackReason | None = None
        self.first_event_at: float | None = None
        self.first_source: Source | None = None
        self._rules = rules
        self._epoch = epoch
        self._started_at = now
        self._seq = 0
        self._lifecycle = Lifecycle()
        self._coalescer = Coalescer(rules.window)
        self._watchdog: Watchdog | None = None
        self._part_stream = PartStream()
        self._text = TextBuffer(rules.text_chars)
        self._sent_chars = 0
        self._flowing = False

    @property
    def state(self) -> str:
        """Return the state of the table this generation is in."""
        return self._lifecycle.state

    @property
    def text(self) -> str:
        """Return the model's text as far as it is known; what an upstream that failed said is void."""
        return self._text.text

    @property
    def capped(self) -> bool:
        """Tell whether the model has said more than it may."""
        return self._text.capped

    @property
    def finished(self) -> bool:
        """Tell whether the outcome is known: nothing but ``done`` can follow."""
        return self._lifecycle.state in FINISHED

    @property
    def flush_at(self) -> float | None:
        """Return when a delta that waits must leave, None while none waits."""
        return self._coalescer.due

    @property
    def watchdog_due(self) -> float:
        """Return when the upstream's silence is to be looked at again."""
        return self._watchdog.due if self._watchdog is not None else float("inf")

    def start(self, started: Started, now: float) -> Entries:
        """Say that the generation exists."""
        return self._entries(now, started)

    def ask(self, now: float) -> None:
        """Note that an upstream is asked from now on: its watchdog begins to run."""
        self._watchdog = Watchdog(self._rules.time, now)
        self._flowing = self.has_output = False

    def receive(self, event: Event, now: float) -> Entries:
        """Take one event of an upstream."""
        if not self._flowing:
            return self._receive_first(event, now)
        self._watchdog.last_event_at = now  # type: ignore[union-attr]  # set by ask, before anything is received
        return self._receive_text(event, now) if type(event) is TextDelta else self._take(event, now)

    def _receive_first(self, event: Event, now: float) -> Entries:
        if self.finished or self._lifecycle.state == State.PARSING:
            return ()
        return [*self._wake(event, now), *self._take(event, now)]

    def _take(self, event: Event, now: float) -> Entries:
        if type(event) is TextDelta:
            return self._receive_text(event, now)
        if type(event) is Thinking:
            return self._push(event, now)
        if type(event) not in UPSTREAM_EVENTS:
            raise TypeError(f"an upstream can't say {type(event).__name__}")
        self.gaps += type(event) is Progress and event.phase == "gap"
        return [*self.flush(now), *self._entries(now, event)]

    def _wake(self, event: Event, now: float) -> Entries:
        """Note a first sign of life: being accepted first, a word of the model later."""
        assert self._watchdog is not None, "ask comes first"
        if type(event) is Progress:
            self._watchdog.enter("first_event", now)
            return ()
        source: Source | None = getattr(event, "source", None)
        if self.first_event_at is None:
            self.first_event_at, self.first_source = now, source
        self._watchdog.enter("idle", now)
        if self._lifecycle.state == State.STARTED:
            self._enter("stream")
        self._flowing = self.has_output = True
        return self._entries(now, Progress("streaming", source=source))

    def _receive_text(self, event: TextDelta, now: float) -> Entries:
        if self.capped:
            return ()
        event = self._text.take(event)
        if event.replace:
            self._part_stream.reset()
        parts = self._part_stream.feed(event.delta)
        sent = self._push(event, now)
        if not parts and not self._text.capped:
            return sent
        out = [*sent, *self.flush(now), *self._send_parts(parts, now, event.source)]
        if self._text.capped:
            out += self._entries(now, Progress("capped", limit=self._rules.text_chars))
        return out

    def _push(self, delta: Delta, now: float) -> Entries:
        before = () if self._coalescer.accepts(delta) else self.flush(now)
        leaving = self._coalescer.push(delta, now)
        if not leaving:
            return before
        sent = self._release(leaving, now)
        return [*before, *sent] if before else sent

    def flush(self, now: float) -> Entries:
        """Send what is held."""
        held = self._coalescer.flush(now)
        return self._release(held, now) if held else ()

    def held_until(self, now: float) -> float | None:
        """Return when text that comes now would leave, None if at once, or if it is the first word."""
        return self._coalescer.until(now) if self._flowing and not self.request.debug else None

    def _release(self, pieces: Sequence[Delta], now: float) -> Entries:
        """Send what was held as one delta, which knows how much text there is by now."""
        first = pieces[0]
        if type(first) is not TextDelta:
            return self._entries(now, join(pieces))
        text = first.delta if len(pieces) == 1 else text_of(pieces)
        self._sent_chars = len(text) + (0 if first.replace else self._sent_chars)
        delta = TextDelta(text, self._sent_chars, first.replace, first.source, first.at, first.raw)
        return self._entries(now, delta)

    def _send_parts(self, parts: Iterable[Part], now: float, source: Source | None) -> Entries:
        events = [Part(part.index, part.part, part.superseded, source) for part in parts]
        self.parts_sent += len(events)
        return self._entries(now, *events)

    def tick(self, now: float) -> Entries:
        """Send what has waited long enough; say that the upstream is silent when it is.

        Raises:
            GenerationTimeout: a time limit has passed.
        """
        notice = self._check_watchdog(now)
        if notice is not None:
            return [*self.flush(now), *self._entries(now, notice)]
        due = self._coalescer.due
        return self.flush(now) if due is not None and now >= due else ()

    def _check_watchdog(self, now: float) -> Progress | None:
        """Look at the upstream's silence. At a time limit has passed, what is held waits for what follows."""
        if self._watchdog is None or now < self._watchdog.due:
            return None
        found = self._watchdog.check(now)
        if isinstance(found, GenerationTimeout):
            self._watchdog = None
            raise found
        return found

    def parse(self, now: float) -> Entries:
        """Take nothing more from the upstream: it has said all."""
        return self._step("parse", [*self.flush(now), *self._entries(now, Progress("parsing_output"))])

    def succeed(self, result: Result, now: float) -> Entries:
        """Correct the parts that were sent too early, then give the result."""
        corrections = self._send_parts(self._part_stream.settle(result.parts), now, None)
        return self._step("succeed", [*corrections, *self._entries(now, result)])

    def fall_back(self, error: PropactorError, now: float) -> Entries:
        """Forget the upstream that failed; the next one's text starts over."""
        self._text.discard()
        self._part_stream.reset()
        self.switches += 1
        self.fallback_reason = FallbackReason(error.code, error.message)
        notice = Progress("fallback", reason=error.code, message=error.message)
        return self._step("fall_back", [*self.flush(now), *self._entries(now, notice)])

    def fail(self, error: PropactorError, now: float) -> Entries:
        """Give the error."""
        phase = error.phase if isinstance(error, GenerationTimeout) else None
        event = Error(error.code, error.message, error.recoverable, error.retry_after_ms, phase)
        return self._step("fail", [*self.flush(now), *self._entries(now, event)])

    def close(self, now: float, *, confirmed: bool | None = None) -> Entries:
        """Say that this was all; ``confirmed`` is what the upstream said to being stopped, if it was."""
        ok = self._lifecycle.state == State.RESULT
        stats = self.stats(self._seq + 1)
        done = Done(ok, self.duration_ms(now), stats, CONFIRMATION[confirmed])
        return self._step("close", self._entries(now, done))

    def _step(self, trigger: str, entries: Entries) -> Entries:
        """Take a row of the table, once all that is to be said of it could be written.

        A defect on the way there leaves the state as it was, and so leaves an ending to give.
        """
        self._enter(trigger)
        self._watchdog = None
        return entries

    def rewind(self, seq: int) -> None:
        """Number on behind ``seq``: a defect kept what was numbered since from being journalled."""
        self._seq = seq

    def duration_ms(self, now: float) -> int:
        """Return the age of this generation in milliseconds."""
        return int((now - self._started_at) * 1000)

    def stats(self, events: int | None = None) -> Stats:
        """Count what the stream is made of."""
        return Stats(
            events=self._seq if events is None else events,
            coalesced_deltas=self._coalescer.joined + self.joined_earlier,
            dropped_previews=self.dropped_previews,
            gaps=self.gaps,
            text_chars=self._text.chars,
            parts=self.parts_sent,
            upstream_switches=self.switches,
        )

    def _enter(self, trigger: str) -> None:
        """Take a row of the table; while text flows, nobody asks where we are."""
        self._flowing = False
        self._lifecycle.fire(trigger)

    def _entries(self, now: float, *events: Event) -> Entries:
        ts = int((now + self._epoch) * 1000)
        request_id = self.request.request_id
        out = []
        for event in events:
            self._seq += 1
            out.append(encode(request_id, self._seq, ts, event))
        return out
