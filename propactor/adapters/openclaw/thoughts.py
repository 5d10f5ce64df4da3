"""From the cumulative text of thoughts to pieces without secrets, one block for each call of the model."""

from collections.abc import Mapping
from typing import Any

from propactor.core.surrogates import joined, sound, whole
from propactor.redaction import StreamRedactor


class Thoughts:
    """The model's thinking, block by block.

    ``open``: a piece may be held back. ``ended``: whatever comes next is another thought.
    """

    __slots__ = ("_raw", "_redactor", "block", "ended", "open")

    def __init__(self) -> None:
        self._raw = ""
        self._redactor = StreamRedactor()
        self.block = 0
        self.open = False
        self.ended = False

    def begins(self, data: Mapping[str, Any]) -> bool:
        """Tell whether an event begins a new thought."""
        text = data.get("text")
        if self.block == 0 or self.ended:
            return True
        return text is not None and (text == data.get("delta") or not text.startswith(whole(self._raw)))

    def begin(self) -> None:
        """Start a new block; whoever calls has flushed the one before."""
        self._raw = ""
        self._redactor = StreamRedactor()
        self.block += 1
        self.ended = False

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
