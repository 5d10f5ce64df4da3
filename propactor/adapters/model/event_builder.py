"""What a model says, in events: its thoughts without secrets, its text as it is, whole characters only."""

from collections.abc import Iterator

from propactor.core.events import Event, TextDelta, Thinking
from propactor.core.surrogates import Whole
from propactor.redaction import StreamRedactor


class EventBuilder:
    """Thoughts and text of one answer. A thought ends when text or another thought begins."""

    __slots__ = ("_block", "_redactor", "_text", "_thinking", "_thought")

    def __init__(self) -> None:
        self._text = Whole()
        self._thought = Whole()
        self._redactor = StreamRedactor()
        self._thinking = False
        self._block = 0

    def think(self, piece: str) -> Iterator[Event]:
        """Take a piece of the thought."""
        if not piece:
            return
        if not self._thinking:
            self._thinking = True
            self._block += 1
        yield from self._thoughts(self._redactor.push(self._thought.push(piece)))

    def say(self, piece: str, at: int) -> Iterator[Event]:
        """Take a piece of the text, which came at a time in milliseconds since the epoch."""
        if not piece:
            return
        if self._thinking:
            yield from self.end_thought()
        if text := self._text.push(piece):
            yield TextDelta(text, source="model", at=at)

    def end_thought(self) -> Iterator[Event]:
        """Let go what was held back of the thought: whatever comes next is another one."""
        self._thinking = False
        rest = self._redactor.push(self._thought.flush()) + self._redactor.flush()
        yield from self._thoughts(rest)

    def end(self) -> Iterator[Event]:
        """Let go everything, because no more will come."""
        yield from self.end_thought()
        if text := self._text.flush():
            yield TextDelta(text, source="model")

    def _thoughts(self, message: str) -> Iterator[Event]:
        if message:
            yield Thinking(message, str(self._block), "model")
