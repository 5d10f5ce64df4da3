"""From the gateway's `agent` events to ours: pure, one decoder a run."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from propactor.adapters.openclaw.protocol import tools
from propactor.adapters.openclaw.protocol.ledger import Ledger
from propactor.adapters.openclaw.protocol.text import NEVER, Piece
from propactor.adapters.openclaw.protocol.text_event import TextEvent
from propactor.core import jsontext
from propactor.core.events import Event, Progress, TextDelta, Thinking
from propactor.redaction import redact, redact_payload

NOTHING: tuple[Event, ...] = ()
_ANY = 1 << 60
"""A number no event of a run reaches: whatever comes next is none too many."""
_TOOLS: dict[str, Callable[[Mapping[str, Any], object], Event]] = {
    "start": tools.call,
    "result": tools.result,
}


class Decoder:
    """Read one run's events.

    With ``debug`` every event carries what it was made of, redacted. With ``strict`` a gap in the
    numbering is told: protocol 3 numbers without gaps, while newer gateways number what they then merge.
    The ``ledger`` is what others tell of the run as well; what it knows isn't told again.
    """

    __slots__ = (
        *("_announced", "_attempts", "_debug", "_ledger", "_messages", "_seq", "_strict", "_thoughts"),
        *("cancelled", "final_text", "missed"),
    )

    def __init__(self, *, debug: bool = False, strict: bool = False, ledger: Ledger | None = None) -> None:
        self.final_text: str | None = None
        """The answer as the end of the run tells it on 2026.9: no more than its first 4096 characters."""
        self.cancelled = False
        """Whether somebody had the gateway stop this run."""
        self.missed = False
        """Whether events were missing without the connection having been lost."""
        self._ledger = ledger or Ledger(closely=debug)
        self._messages = self._ledger.messages
        self._thoughts = self._ledger.thoughts
        self._debug = debug
        self._strict = strict
        self._seq = 0
        self._attempts = 0
        self._announced = False

    @property
    def said(self) -> str:
        """Return the text of all messages that still stand."""
        return self._messages.said

    def decode(self, payload: Mapping[str, Any]) -> Sequence[Event]:
        """Turn one payload into the events it stands for; streams we don't know are none."""
        gap = self._gap(payload) if self._strict else NOTHING
        data, handle = payload.get("data"), _HANDLERS.get(payload.get("stream") or "")
        if type(data) is not dict or handle is None:
            return gap
        return (*gap, *handle(self, payload, data))

    def append(self, event: TextEvent) -> bool:
        """Take a delta that only appends to the text; return False where ``decode`` must have the event."""
        if not self._strict:
            return self._messages.extend(event)
        if event.seq != self._seq + 1 or not self._messages.extend(event):
            return False
        self._seq += 1
        return True

    def rejoin(self, *, begun: bool) -> None:
        """Take the run up in the middle, whatever number comes next: what was missed is told otherwise."""
        self._seq = _ANY
        self._attempts = max(self._attempts, int(begun))

    def resume(self) -> Sequence[Event]:
        """Begin to read a run that takes this one's place: what was said since the last tool is void."""
        self.rejoin(begun=False)
        self._attempts, self._announced, self._thoughts.ended = 0, False, True
        return (*self._still_thinking({}), *self._text(self._messages.retry(), {}))

    def flush(self) -> Sequence[Event]:
        """Return what was held back, because no more will come."""
        return self._still_thinking({})

    def _say(self, payload: Mapping[str, Any], data: Mapping[str, Any]) -> Sequence[Event]:
        """Read text that does more than append."""
        return (*self._still_thinking(payload), *self._text(self._messages.take(data), payload))

    def _text(self, piece: Piece, payload: Mapping[str, Any]) -> Sequence[Event]:
        if not piece.text and not piece.replace:
            return NOTHING
        replace = True if piece.replace else None
        at, raw = payload.get("ts"), self._raw(payload)
        return (TextDelta(piece.text, replace=replace, source="gateway", at=at, raw=raw),)

    def _think(self, payload: Mapping[str, Any], data: Mapping[str, Any]) -> Sequence[Event]:
        ended: Sequence[Event] = NOTHING
        if self._thoughts.stored is not None and self._thoughts.is_late(data):
            return NOTHING
        if self._thoughts.begins(data):
            ended = self._still_thinking(payload)
            self._thoughts.begin()
            self._messages.complete()
        self._messages.fits = NEVER  # the text that follows ends this piece of thought
        return (*ended, *self._thought(self._thoughts.take(data), payload))

    def _still_thinking(self, payload: Mapping[str, Any]) -> Sequence[Event]:
        """Let go what the redactor still holds of the last thought."""
        return self._thought(self._thoughts.flush(), payload) if self._thoughts.open else NOTHING

    def _thought(self, message: str, payload: Mapping[str, Any]) -> Sequence[Event]:
        if not message:
            return NOTHING
        return (Thinking(message, str(self._thoughts.block), "gateway", self._raw(payload)),)

    def _tool(self, payload: Mapping[str, Any], data: Mapping[str, Any]) -> Sequence[Event]:
        """Read a tool's start or result; what it says while it runs is left out."""
        read = _TOOLS.get(data.get("phase") or "")
        if read is None:
            return NOTHING
        event = read(data, self._raw(payload))
        if not self._ledger.tells(event):
            return NOTHING
        self._messages.complete()
        self._thoughts.ended = True
        return (*self._still_thinking(payload), event)

    def _item(self, payload: Mapping[str, Any], data: Mapping[str, Any]) -> Sequence[Event]:
        """Read the text before a tool call, which 2026.9 tells nowhere else on some model interfaces."""
        if data.get("kind") != "preamble":
            return NOTHING
        piece = self._messages.preamble(data.get("progressText") or "", data.get("itemId"))
        return (*self._still_thinking(payload), *self._text(piece, payload))

    def _lifecycle(self, payload: Mapping[str, Any], data: Mapping[str, Any]) -> Sequence[Event]:
        phase = data.get("phase")
        if phase == "start":
            return (*self._still_thinking(payload), *self._start(payload))
        if phase == "end":
            self.cancelled = self.cancelled or data.get("status") == "cancelled"
            self.final_text = (data.get("terminalReply") or {}).get("text") or self.final_text
        return self._still_thinking(payload)

    def _start(self, payload: Mapping[str, Any]) -> Sequence[Event]:
        """Begin an attempt; a second one means that the first failed and its text is void."""
        self._attempts += 1
        self._thoughts.ended = True
        announced, self._announced = self._announced, False
        if self._attempts == 1:
            return NOTHING
        self._ledger.retries += 1
        void = self._text(self._messages.retry(), payload)
        if announced:
            return void
        message = f"The model failed; attempt {self._attempts} begins."
        return (Progress("retrying", message=message, source="gateway", raw=self._raw(payload)), *void)

    def _status(self, payload: Mapping[str, Any], data: Mapping[str, Any]) -> Sequence[Event]:
        if data.get("phase") != "retrying":
            return NOTHING
        self._announced = True
        message, reason = redact(str(data.get("message") or "")), data.get("reason")
        raw = self._raw(payload)
        return (Progress("retrying", message=message or None, reason=reason, source="gateway", raw=raw),)

    def _gap(self, payload: Mapping[str, Any]) -> Sequence[Event]:
        """Tell of numbers that never came; an event without a number is the gateway's own diagnostic."""
        seq, expected = payload.get("seq"), self._seq + 1
        if not isinstance(seq, int):
            return NOTHING
        self._seq = seq
        if seq <= expected:
            return NOTHING
        self.missed = True
        reason = f"expected event {expected} of the run, got {seq}"
        return (Progress("gap", reason=reason, source="gateway", raw=self._raw(payload)),)

    def _raw(self, payload: Mapping[str, Any]) -> object:
        return trimmed(payload) if self._debug else None


_HANDLERS: dict[str, Callable[[Decoder, Mapping[str, Any], Mapping[str, Any]], Sequence[Event]]] = {
    "assistant": Decoder._say,
    "thinking": Decoder._think,
    "tool": Decoder._tool,
    "item": Decoder._item,
    "lifecycle": Decoder._lifecycle,
    "run_status": Decoder._status,
}

LIMIT = 4000
"""Characters of JSON."""
_TOLD = {"assistant": ("text",), "thinking": ("text", "delta")}
"""Left out, for the event itself tells it; of a thought even the delta, which may hold half a secret."""


def trimmed(payload: Mapping[str, Any]) -> object:
    """Return the stream, number and data of a payload."""
    stream = payload.get("stream")
    if stream is None:
        return None
    left_out = _TOLD.get(stream, ())
    data = {key: value for key, value in payload["data"].items() if key not in left_out}
    safe = redact_payload({"stream": stream, "seq": payload.get("seq"), "data": data})
    text = jsontext.dumps(safe).decode()
    return safe if len(text) <= LIMIT else {"stream": stream, "cut": text[:LIMIT]}
