"""From the cumulative text of thoughts to pieces without secrets, one block for each call of the model."""

from collections.abc import Mapping, Sequence
from typing import Any

from propactor.adapters.openclaw.protocol.text_match import essence, reach
from propactor.core.surrogates import joined, sound, whole
from propactor.redaction import StreamRedactor, redact


class Thoughts:
    """The model's thinking, block by block.

    ``open``: a piece may be held back. ``ended``: whatever comes next is another thought. ``stored`` is the
    block as it was stored, once it was told to its end from there.
    """

    __slots__ = ("_heard", "_matched", "_raw", "_redactor", "_unmatched", "block", "ended", "open", "stored")

    def __init__(self) -> None:
        self._raw = ""
        self._redactor = StreamRedactor()
        self._unmatched: dict[int, str] = {}
        self._matched = False
        self._heard = False
        self.block = 0
        self.open = False
        self.ended = False
        self.stored: str | None = None

    def begins(self, data: Mapping[str, Any]) -> bool:
        """Tell whether an event begins a new thought."""
        text = data.get("text")
        if self.block == 0 or self.ended or self.stored is not None:
            return True
        return text is not None and (text == data.get("delta") or not text.startswith(whole(self._raw)))

    def begin(self) -> None:
        """Start a new block; whoever calls has flushed the one before."""
        if self._raw and not self._matched:
            self._unmatched[self.block] = self._raw
        self._raw, self._matched = "", False
        self._redactor = StreamRedactor()
        self.block += 1
        self.ended = self._heard = False
        self.stored = None

    def take(self, data: Mapping[str, Any]) -> str:
        """Read the data of a thinking event and return what may be shown of it."""
        text = data.get("text")
        start = len(whole(self._raw))
        self._raw = joined(self._raw, data.get("delta") or "") if text is None else text
        self.open = True
        return self._redactor.push(sound(whole(self._raw)[start:]))

    def flush(self) -> str:
        """Return what was held back, because the block ends or something else is said."""
        self.open = False
        return self._redactor.flush()

    def store(self, text: str) -> Sequence[tuple[int, str]]:
        """Read a stored thought; return what may be shown now that was never told, and in which blocks.

        It may have been told by events, or broken off, or never told; the same thought again is another.
        """
        if self._raw and not self._matched:
            self._unmatched[self.block] = self._raw
        block = self._told_in(text)
        if block is None:
            before = (self.block, self.flush() if self.open else "")
            self.begin()
            return before, (self.block, self._finish(text))
        told = self._unmatched.pop(block)
        return ((block, self._finish(text) if block == self.block else _rest(told, text)),)

    def _told_in(self, text: str) -> int | None:
        """Find the block that tells a thought, else the first that begins it."""
        wanted = essence(text)
        same = (block for block, told in self._unmatched.items() if essence(told) == wanted)
        begun = (block for block, told in self._unmatched.items() if reach(whole(told), text) is not None)
        return next(same, None) or next(begun, None)

    def _finish(self, text: str) -> str:
        """Tell the thought to its end, in the block that is the last."""
        told, self._heard, self._matched = self._raw, bool(self._raw), True
        self._raw = self.stored = text
        if not self.open:
            return _rest(told, text)
        return self._redactor.push(sound(text[reach(whole(told), text) or 0 :])) + self.flush()

    def is_late(self, data: Mapping[str, Any]) -> bool:
        """Tell whether an event is of the stored thought: late words that were told already."""
        text = data.get("text") or ""
        if not text or self.ended or (self._heard and text == data.get("delta")):
            return False
        self._heard = True
        return reach(text, self.stored or "") is not None


def _rest(told: str, text: str) -> str:
    """Return what may be shown of a thought beyond what was told of it, though a secret be cut in two."""
    before, shown = redact(sound(told)), redact(sound(text))
    start = reach(before, shown)
    return shown if start is None else shown[start:]
