"""The messages of a run from two witnesses: live events, and what the gateway stored."""

from collections.abc import Mapping
from typing import Any

from propactor.adapters.openclaw.protocol.text import BREAK, NEVER, NOTHING, Messages, Piece
from propactor.adapters.openclaw.protocol.text_match import essence, reach
from propactor.core.surrogates import sound, whole


class TextMerger(Messages):
    """Messages that are told once, whichever of the two tells them first.

    Both tell them in order, so the third that was stored is the third that was said. Where live events may
    be missing, what is stored is right; else it may differ, for gateways rewrite what they send.
    """

    __slots__ = ("_heard", "_place", "_stored", "_texts", "_unsure", "broken")

    def __init__(self, *, closely: bool = False) -> None:
        super().__init__(closely=closely)
        self.broken = False
        self._unsure = False
        self._texts: list[str] = []
        self._place = 0
        self._stored: str | None = None
        self._heard = False

    def take(self, data: Mapping[str, Any]) -> Piece:
        """Read the data of an assistant event; what a stored message told before isn't told again."""
        unsure, self._unsure = self._unsure, False
        if data.get("replace") or (self._stored is None and not unsure):
            return super().take(data)
        text, item = data.get("text") or data.get("delta") or "", data.get("itemId")
        if not text or (self._stored is not None and self._is_late(data, item)):
            return NOTHING
        if self._stored is not None or not text.startswith(whole(self._raw)):
            return self._begin(text, item)
        return super().take(data)

    def break_off(self) -> None:
        """Note that events may be missing from here on: the next may belong to another message."""
        self.broken = self._unsure = True
        self.fits = NEVER

    def store(self, text: str, *, entire: bool = True) -> Piece:
        """Read the next stored message, and return what of it was never said; ``entire`` if it wasn't cut."""
        place, self._place = self._place, self._place + 1
        if place < len(self._texts):
            agrees = _agree(self._texts[place], text, entire=entire)
            return NOTHING if agrees or not self.broken else self._instead(place, text, entire=entire)
        if place > len(self._texts) or not self._raw:
            return self._keep(self._begin(text, None), text, entire=entire)
        return self._compare(place, text, entire=entire)

    def rest(self, text: str) -> Piece:
        """Return what the final answer has beyond the last message, if it is that message."""
        at = reach(whole(self._raw), text) if self._raw else None
        return NOTHING if at is None else self._say(text, at)

    def _compare(self, place: int, text: str, *, entire: bool) -> Piece:
        """Complete the message being written, unless it isn't this one."""
        at = reach(whole(self._raw), text)
        if at is not None:
            piece, self._heard = self._say(text, at), True
            return self._keep(piece, text, entire=entire)
        if not self.broken or _agree(self._raw, text, entire=entire):
            return NOTHING
        return self._instead(place, text, entire=entire)

    def _instead(self, place: int, text: str, *, entire: bool) -> Piece:
        """Start over from a message that isn't what was stored in its place; those behind it will follow."""
        self._texts = self._texts[:place]
        self._kept, self.item = BREAK.join(self._texts), None
        self._keep(self._say(text, 0), text, entire=entire)
        return Piece(self.said, replace=True)

    def _keep(self, piece: Piece, text: str, *, entire: bool) -> Piece:
        """Note that the message is told to its end, so that late events of it are recognised."""
        if entire:
            self._stored = text
            self.complete()
        return piece

    def _is_late(self, data: Mapping[str, Any], item: str | None) -> bool:
        """Tell whether an event is of the stored message: late words that were told already."""
        text = data.get("text")
        if not text or (item and self.item and item != self.item):
            return False
        if self._heard and text == data.get("delta"):
            return False
        self._heard = True
        return reach(text, self._stored or "") is not None

    def _begin(self, text: str, item: str | None) -> Piece:
        """Finish the message and begin the next."""
        if self._raw:
            self._texts.append(sound(self._raw))
        self._stored, self._heard = None, False
        return super()._begin(text, item)

    def _restart(self, text: str, item: str | None) -> Piece:
        """Replace the message; one that is complete stays."""
        if not (self._complete and item != self.item):
            self._stored, self._heard = None, False
        return super()._restart(text, item)


def _agree(told: str, text: str, *, entire: bool) -> bool:
    """Tell whether a message that was told is one that was stored, as far as that goes."""
    return essence(told) == essence(text) or (not entire and reach(text, told) is not None)
