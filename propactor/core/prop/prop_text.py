"""The text of a prop while it is written, and the parts that are complete in it."""

from collections.abc import Sequence

from propactor.core.events import Part
from propactor.core.prop import part
from propactor.core.prop.part_stream import PartStream
from propactor.core.text import FEW, StringBuilder

NO_PARTS: Sequence[Part] = ()


class PropText:
    """Takes a model's text piece by piece, and returns the parts that are complete.

    Pieces are read for parts when one may end something, or when there are many. ``chars`` is the length of
    the text so far, in Unicode code points; ``capped``, whether the model has said more than it may, and the
    rest wasn't taken.

    Args:
        limit: Characters that are taken.
    """

    __slots__ = (
        "_ending",
        "_other_ending",
        "_parts",
        "_pieces",
        "capped",
        "chars",
        "is_void",
        "limit",
        "parts_sent",
    )

    def __init__(self, limit: int) -> None:
        self.chars = 0
        self.capped = False
        self.is_void = False
        """True while whatever comes next replaces what was said, because its upstream failed."""
        self.limit = limit
        self.parts_sent = 0
        self._pieces = StringBuilder()
        self._parts = PartStream()
        self._ending, self._other_ending = self._parts.endings

    @property
    def text(self) -> str:
        """Return the text as far as it is known; what an upstream said that failed is void."""
        return self._pieces.text

    def cut(self, text: str) -> str:
        """Return what may be taken of a piece. Where that isn't all, the text is capped."""
        room = self.limit - self.chars
        self.capped = len(text) > room
        return text[:room]

    def append(self, text: str) -> Sequence[Part]:
        """Add a piece, and return the parts that it completes."""
        self.chars += len(text)
        pieces = self._pieces
        pieces.append(text)
        if len(pieces) <= FEW and self._ending not in text and self._other_ending not in text:
            return NO_PARTS
        parts = self._parts.feed(pieces.fold())
        self._ending, self._other_ending = self._parts.endings
        self.parts_sent += len(parts)
        return parts

    def restart(self) -> None:
        """Begin a new text in place of what was said. Parts that were sent stay until others replace them."""
        self.is_void = False
        self._clear()

    def discard(self) -> None:
        """Make the text void, because its upstream failed."""
        self.is_void = self.is_void or self.chars > 0
        self.capped = False
        self._clear()

    def settle(self, parts: Sequence[part.Part]) -> Sequence[Part]:
        """Return what corrects the parts that were sent, given the final list."""
        corrections = self._parts.settle(parts)
        self.parts_sent += len(corrections)
        return corrections

    def release(self) -> None:
        """Keep the counts alone, of a text that nobody will read or continue any more."""
        del self._pieces, self._parts

    def _clear(self) -> None:
        self.chars = 0
        self._pieces = StringBuilder()
        self._parts.reset()
        self._ending, self._other_ending = self._parts.endings
