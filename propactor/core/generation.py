"""One generation as a function of events and time: every call returns the entries it gave rise to."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from propactor.core.entries import Entry, EntryEncoder
from propactor.core.errors import GenerationTimeout, InternalError, PropactorError
from propactor.core.events import (
    Diagnostic,
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
from propactor.core.limits import TimeLimits
from propactor.core.machine import Lifecycle, State, Trigger
from propactor.core.prop.prop_text import PropText
from propactor.core.upstream import GenerationRequest
from propactor.core.watchdog import Watchdog

Entries = Sequence[Entry]
FINISHED = frozenset({State.RESULT, State.ERROR, State.DONE})
UPSTREAM_EVENTS = frozenset({TextDelta, Thinking, ToolCall, ToolResult, Progress})
"""What an upstream may tell. The rest is ours to say: beginnings, endings, and parts."""
CAPPED = Diagnostic("TEXT_CAPPED", "The model's text was cut at the limit.")
Confirmation = Literal["confirmed", "unconfirmed"]
CONFIRMATION: dict[bool | None, Confirmation | None] = {None: None, True: "confirmed", False: "unconfirmed"}


class Generation:
    """Turns what upstreams say into the entries that readers get, in the order the table allows.

    ``has_output`` says whether the upstream that is being asked has said a word; ``first_output`` when, and
    of which source, the very first word of the generation came. ``outcome`` is the entry of how it ended,
    once it has, and ``ending`` the method of a result or the code of an error.

    Args:
        request: What is generated.
        timeouts: Seconds until an upstream is given up.
        text_chars: Characters of text that are taken.
        now: The time, in seconds, on a clock that never goes back.
        epoch: What to add to that clock for Unix time, in seconds.
    """

    __slots__ = (
        *(
            "_entries",
            "_flowing",
            "_lifecycle",
            "_prop_text",
            "_started_at",
            "_timeouts",
            "ending",
            "fallback_reason",
        ),
        *("first_output", "gaps", "has_output", "outcome", "request", "switches", "watchdog"),
    )

    def __init__(
        self,
        request: GenerationRequest,
        timeouts: TimeLimits,
        text_chars: int,
        *,
        now: float,
        epoch: float = 0.0,
    ) -> None:
        self.request = request
        self.gaps = 0
        self.switches = 0
        self.has_output = False
        self.first_output: tuple[float, Source | None] | None = None
        self.fallback_reason: FallbackReason | None = None
        self.outcome: Entry | None = None
        self.ending = InternalError.code
        self.watchdog = Watchdog(timeouts, now)
        self.watchdog.stop()
        self._timeouts = timeouts
        self._started_at = now
        self._lifecycle = Lifecycle()
        self._entries = EntryEncoder(request.request_id, epoch)
        self._prop_text = PropText(text_chars)
        self._flowing = False

    @property
    def state(self) -> str:
        """Return the state of the table this generation is in."""
        return self._lifecycle.state

    @property
    def finished(self) -> bool:
        """Return True if the outcome is known: nothing but ``done`` can follow."""
        return self._lifecycle.state in FINISHED

    @property
    def text(self) -> str:
        """Return the model's text as far as it is known."""
        return self._prop_text.text

    @property
    def capped(self) -> bool:
        """Return True if the model has said more than it may."""
        return self._prop_text.capped

    def start(self, started: Started, now: float) -> Entries:
        """Say that the generation exists."""
        return self._entries.encode(now, started)

    def ask(self, now: float) -> None:
        """Note that an upstream is asked from now on: its silence is watched."""
        self.watchdog = Watchdog(self._timeouts, now)
        self._flowing = self.has_output = False

    def append(self, text: str, source: Source | None, at: int | None, now: float) -> Entries:
        """Take text that continues what the upstream has said, as nearly all does.

        Args:
            text: The text.
            source: Who wrote it.
            at: When, in milliseconds since the epoch, if that is known.
            now: The time, in seconds.
        """
        prop_text = self._prop_text
        if not self._flowing or prop_text.is_void or prop_text.chars + len(text) > prop_text.limit:
            return self.receive(TextDelta(text, source=source, at=at), now)
        self.watchdog.last_event_at = now
        parts = prop_text.append(text)
        entry = self._entries.encode_text(now, text, prop_text.chars, source, at)
        return (entry, *self._entries.encode(now, *_said_by(source, parts))) if parts else (entry,)

    def receive(self, event: Event, now: float) -> Entries:
        """Take one event of an upstream.

        Raises:
            TypeError: an upstream can't say this.
        """
        if type(event) not in UPSTREAM_EVENTS:
            raise TypeError(f"an upstream can't say {type(event).__name__}")
        if self.finished or self._lifecycle.state == State.PARSING:
            return ()
        before = self._note_activity(event, now)
        if type(event) is TextDelta:
            return (*before, *self._receive_text(event, now))
        self.gaps += type(event) is Progress and event.phase == "gap"
        return (*before, *self._entries.encode(now, event))

    def _receive_text(self, event: TextDelta, now: float) -> Entries:
        """Take a delta that may begin the text, start it over, or be too much."""
        prop_text = self._prop_text
        if prop_text.capped:
            return ()
        replace_ = event.replace or prop_text.is_void or None
        if replace_:
            prop_text.restart()
        text = prop_text.cut(event.delta)
        parts = prop_text.append(text)
        told: list[Event] = [event._replace(delta=text, accumulated_chars=prop_text.chars, replace=replace_)]
        told += _said_by(event.source, parts)
        if prop_text.capped:
            told.append(Progress("capped", limit=prop_text.limit))
        return self._entries.encode(now, *told)

    def _note_activity(self, event: Event, now: float) -> Entries:
        """Note a sign of life. The first is to be accepted; the first word ends the wait for it."""
        self.watchdog.last_event_at = now
        if self._flowing:
            return ()
        if type(event) is Progress:
            self.watchdog.enter("first_event", now)
            return ()
        source: Source | None = getattr(event, "source", None)
        self.first_output = self.first_output or (now, source)
        self.watchdog.enter("idle", now)
        if self._lifecycle.state == State.STARTED:
            self._lifecycle.fire(Trigger.STREAM)
        self._flowing = self.has_output = True
        return self._entries.encode(now, Progress("streaming", source=source))

    def tick(self, now: float) -> Entries:
        """Say that the upstream is silent, when it is.

        Raises:
            GenerationTimeout: a time limit has passed.
        """
        notice = self.watchdog.check(now)
        return self._entries.encode(now, notice) if notice is not None else ()

    def parse(self, now: float) -> Entries:
        """Take nothing more from the upstream: it has said all."""
        return self._step(Trigger.PARSE, self._entries.encode(now, Progress("parsing_output")))

    def succeed(self, result: Result, source: Source | None, now: float) -> Entries:
        """Correct the parts that were sent too early, then give the result.

        It says honestly who made it, by ``source``, and why it wasn't the first upstream, if it wasn't.
        """
        diagnostics = (*result.diagnostics, CAPPED) if self.capped else result.diagnostics
        outcome = replace(
            result,
            method="template" if source == "template" else "ai",
            fallback_reason=self.fallback_reason,
            diagnostics=diagnostics,
        )
        corrections = self._prop_text.settle(result.parts)
        return self._conclude(
            Trigger.SUCCEED, outcome.method, self._entries.encode(now, *corrections, outcome)
        )

    def fall_back(self, error: PropactorError, now: float) -> Entries:
        """Forget the upstream that failed; the next one's text starts over."""
        self._prop_text.discard()
        self.switches += 1
        self.fallback_reason = FallbackReason(error.code, error.message)
        notice = Progress("fallback", reason=error.code, message=error.message)
        return self._step(Trigger.FALL_BACK, self._entries.encode(now, notice))

    def fail(self, error: PropactorError, now: float) -> Entries:
        """Give the error."""
        phase = error.phase if isinstance(error, GenerationTimeout) else None
        outcome = Error(error.code, error.message, error.recoverable, error.retry_after_ms, phase)
        return self._conclude(Trigger.FAIL, error.code, self._entries.encode(now, outcome))

    def close(self, now: float, stats: Stats, *, confirmed: bool | None = None) -> Entries:
        """Say that this was all.

        Args:
            now: The time, in seconds.
            stats: What the stream was made of, before this event.
            confirmed: What the upstream answered to being stopped, if it was.
        """
        ok = self._lifecycle.state == State.RESULT
        duration = int((now - self._started_at) * 1000)
        done = Done(ok, duration, replace(stats, events=stats.events + 1), CONFIRMATION[confirmed])
        entries = self._step(Trigger.CLOSE, self._entries.encode(now, done))
        self._prop_text.release()
        return entries

    def _conclude(self, trigger: Trigger, ending: str, entries: Entries) -> Entries:
        """Remember how it ended; the last of the entries says so to readers."""
        self._step(trigger, entries)
        self.outcome, self.ending = entries[-1], ending
        return entries

    def _step(self, trigger: Trigger, entries: Entries) -> Entries:
        """Take a row of the table, once all that is to be said of it could be written.

        A defect on the way there leaves the state as it was, and so leaves an ending to give.
        """
        self._lifecycle.fire(trigger)
        self._flowing = False
        self.watchdog.stop()
        return entries

    def rewind(self, seq: int) -> None:
        """Number on behind ``seq``: a defect kept what was numbered since from being journalled."""
        self._entries.seq = seq

    def stats(self, *, joined: int = 0, dropped: int = 0) -> Stats:
        """Count what the stream is made of so far.

        Args:
            joined: Deltas that became part of the one before them, as the mailbox counts them.
            dropped: Previews that the mailbox had no room for.
        """
        return Stats(
            events=self._entries.seq,
            coalesced_deltas=joined,
            dropped_previews=dropped,
            gaps=self.gaps,
            text_chars=self._prop_text.chars,
            parts=self._prop_text.parts_sent,
            upstream_switches=self.switches,
        )


def _said_by(source: Source | None, parts: Iterable[Part]) -> list[Event]:
    """Return the parts as of a source: that of the text they are in."""
    return [Part(one.index, one.part, one.superseded, source) for one in parts]
