"""From the stored messages of a run to events, without what live events have told: no loss, no repeat."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from propactor.adapters.openclaw.protocol import stored, tools
from propactor.adapters.openclaw.protocol.ledger import Ledger
from propactor.adapters.openclaw.protocol.text import Piece
from propactor.core.events import Event, Progress, TextDelta, Thinking, ToolCall, ToolResult
from propactor.core.upstream import Emit

NOTHING: Sequence[Event] = ()
_WORDS = ("assistant", "thinking", "item", "lifecycle")
MISSED = "the live events left out what the gateway's transcript has"


class Backfill:
    """Takes the stored messages of one run, in order, from whatever source, any number of times.

    While ``live``, events are expected for every kind of item but those in ``unheard``: such items are kept
    back until `settle`, which emits those that never came. Otherwise everything is emitted at once.

    Args:
        ledger: What was told of the run, whoever told it.
        emit: Called with each event.
    """

    def __init__(self, ledger: Ledger, emit: Emit) -> None:
        self.unheard: frozenset[type] = frozenset()
        self.live = True
        self.turn: list[stored.Stored] = []
        self._ledger, self._emit = ledger, emit
        self._decoder = StoredDecoder(ledger)
        self._seen: set[tuple[str, int]] = set()
        self._entries: Counter[str] = Counter()
        self._newest = 0
        self._pending: list[stored.Item] = []

    def entry(self, entry: Mapping[str, Any]) -> None:
        """Take an entry of a transcript file."""
        message = stored.of_entry(entry)
        if message is not None:
            self._take(message, self._entries)

    def rows(self, messages: Iterable[stored.Stored]) -> None:
        """Take what one answer of the gateway has of the run; of what it repeats, all was taken before."""
        count: Counter[str] = Counter()
        for message in messages:
            self._take(message, count)

    def listen(self, *, live: bool) -> None:
        """Expect live events from now on, or none: then what was kept back is emitted."""
        self.live = live
        if not live:
            self._ledger.break_off()
            self._release()

    def outdates(self, payload: Mapping[str, Any]) -> bool:
        """Return True if an event is older than the last message that is stored.

        If stored messages have been emitted until now, what it says has been, too.
        """
        at = payload.get("ts")
        return payload.get("stream") in _WORDS and isinstance(at, int) and at < self._newest

    def settle(self) -> None:
        """Emit what live events never had, because no more of them will come."""
        told = self._release()
        if told and self.live:
            self._emit(Progress("gap", reason=MISSED, source="transcript"))

    def _take(self, message: stored.Stored, count: Counter[str]) -> None:
        """Take a message, unless it is known under any of its names; several may share one."""
        count.update(message.names)
        names = {(name, count[name]) for name in message.names}
        new = not names & self._seen
        self._seen |= names
        if not new:
            return
        self.turn.append(message)
        if message.role == "assistant":
            self._newest = max(self._newest, message.begun_at)
        for item in message.items:
            if not self.live or type(item) in self.unheard:
                self._tell(item)
            else:
                self._pending.append(item)

    def _release(self) -> int:
        """Emit what was kept back; return how many events that were."""
        kept, self._pending = self._pending, []
        return sum(self._tell(item) for item in kept)

    def _tell(self, item: stored.Item) -> int:
        events = self._decoder.decode(item)
        for event in events:
            self._emit(event)
        return len(events)


class StoredDecoder:
    """Turns the items of stored messages into events, without what the ledger has already.

    Args:
        ledger: What was told of the run, whoever told it.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._failures = 0

    def decode(self, item: stored.Item) -> Sequence[Event]:
        """Return the events that an item stands for; none if all of it was told."""
        return _DECODERS[type(item)](self, item)

    def _thought(self, thought: stored.Thought) -> Sequence[Event]:
        pieces = self._ledger.thoughts.store(thought.text)
        return [event for block, text in pieces for event in _shown(block, text)]

    def _flushed(self) -> Sequence[Event]:
        """Return what the redactor still holds of the last thought."""
        thoughts = self._ledger.thoughts
        return _shown(thoughts.block, thoughts.flush()) if thoughts.open else NOTHING

    def _said(self, said: stored.Said) -> Sequence[Event]:
        return self._pieces(self._ledger.messages.store(said.text, entire=said.whole))

    def _pieces(self, piece: Piece) -> Sequence[Event]:
        if not piece.text and not piece.replace:
            return NOTHING
        text = TextDelta(piece.text, replace=True if piece.replace else None, source="transcript")
        return (*self._flushed(), text)

    def _call(self, call: stored.Call) -> Sequence[Event]:
        data = {"name": call.name, "toolCallId": call.call_id, "args": call.arguments}
        return self._tool(tools.call(data, source="transcript"))

    def _outcome(self, outcome: stored.Outcome) -> Sequence[Event]:
        head = {"name": outcome.name, "toolCallId": outcome.call_id, "isError": outcome.failed}
        data = {**head, "result": {"content": outcome.content}}
        return self._tool(tools.result(data, source="transcript"))

    def _tool(self, event: ToolCall | ToolResult) -> Sequence[Event]:
        if not self._ledger.tells(event):
            return NOTHING
        self._ledger.messages.complete()
        return (*self._flushed(), event)

    def _failure(self, failure: stored.Failure) -> Sequence[Event]:  # noqa: ARG002  the shape of a decoder
        """Take back the text of an attempt that failed while no live events came."""
        self._failures += 1
        unheard = self._ledger.messages.broken and self._failures > self._ledger.retries
        return self._pieces(self._ledger.messages.retry()) if unheard else NOTHING


_DECODERS: dict[type, Callable[[StoredDecoder, Any], Sequence[Event]]] = {
    stored.Thought: StoredDecoder._thought,
    stored.Said: StoredDecoder._said,
    stored.Call: StoredDecoder._call,
    stored.Outcome: StoredDecoder._outcome,
    stored.Failure: StoredDecoder._failure,
}


def _shown(block: int, text: str) -> Sequence[Event]:
    return (Thinking(text, str(block), "transcript"),) if text else NOTHING
