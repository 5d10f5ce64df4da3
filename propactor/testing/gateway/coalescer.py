"""Join what a model says: the first piece goes out at once, what follows when an interval has passed."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from propactor.testing.gateway.frames import Json
from propactor.testing.gateway.run_events import RunContext, chat_message
from propactor.testing.gateway.scheduler import Scheduler, Timer


class Coalescer:
    """Decides when the text of a stream goes out that has grown; at most one stream waits."""

    def __init__(self, scheduler: Scheduler, interval: float, send: Callable[[str], None]) -> None:
        """Wait for text.

        Args:
            scheduler: the clock.
            interval: seconds between two events of one stream; with 0 nothing waits.
            send: called with the name of the stream whose text is to go out.
        """
        self._scheduler, self._interval, self._send = scheduler, interval, send
        self._waiting: str | None = None
        self._sent: set[str] = set()
        self._sent_at = 0.0
        self._timer: Timer | None = None

    def grow(self, stream: str) -> bool:
        """Send the text of a stream now, or later; return whether it waits."""
        if self._waiting != stream:
            self.flush()
        self._waiting = stream
        due = self._sent_at + self._interval
        if stream not in self._sent or self._scheduler.now() >= due:
            self.flush()
        elif self._timer is None:
            self._timer = self._scheduler.at(due, self.flush)
        return self._waiting is not None

    def flush(self) -> None:
        """Send what waits."""
        stream, self._waiting = self._waiting, None
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if stream:
            self._sent.add(stream)
            self._sent_at = self._scheduler.now()
            self._send(stream)

    def begin_message(self) -> None:
        """Begin a new message, whose first pieces go out at once."""
        self.flush()
        self._sent.clear()


class CoalescingEmitter:
    """Sends the events of a run in their order, with its text and its thoughts joined.

    ``call`` counts the calls of the model; the id of a text's item ends in it.
    """

    def __init__(self, context: RunContext) -> None:
        self.call = 0
        self._context, self._state, self._emitter = context, context.state, context.emitter
        self._item = str(uuid.uuid4())
        self._shown: dict[str, int] = {}
        self._coalescer = Coalescer(context.scheduler, context.profile.delta_interval, self._send_text)
        self.flush = self._coalescer.flush

    def emit(self, stream: str, data: Mapping[str, Any], *, for_tools: bool = False) -> None:
        """Send an event, after the text that waits."""
        self.flush()
        self._emitter.agent(stream, data, for_tools=for_tools)

    def grow(self, stream: str) -> None:
        """Send what is new of the text or the thought, or keep it for the next event."""
        # Real gateways number the pieces before they join them: what waits uses a number up.
        if self._coalescer.grow(stream):
            self._emitter.seq += 1

    def begin_message(self) -> None:
        """Begin a new message."""
        self._coalescer.begin_message()
        self._shown.clear()

    def replace(self) -> None:
        """Tell that the text of the last attempt counts no more, and begin a new item."""
        said = self._state.text
        self._state.discard()
        self.emit("assistant", {"text": "", "delta": "", "replace": True, "itemId": self._item_id})
        if said:
            message = chat_message(self._state.all_text)
            self._emitter.chat("delta", deltaText="", replace=True, message=message)
        self._item, self.call = str(uuid.uuid4()), 0

    def _send_text(self, stream: str) -> None:
        """Send a stream's text so far and what is new of it."""
        text = (self._state.thought if stream == "thinking" else self._state.text).strip()
        delta = text[self._shown.get(stream, 0) :]
        self._shown[stream] = len(text)
        full, spoken = self._context.cumulative, stream == "assistant"
        data: Json = {"delta": delta} | ({"text": text} if full else {})
        self._emitter.agent(stream, data | ({"itemId": self._item_id} if spoken else {}))
        if spoken and full:
            self._emitter.chat("delta", deltaText=delta, message=chat_message(self._state.all_text))

    @property
    def _item_id(self) -> str:
        return f"{self._item}:{self.call}"
