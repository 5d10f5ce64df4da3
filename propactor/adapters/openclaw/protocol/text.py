"""From the cumulative text of a run's messages to pieces: what is new, and what starts over.

The gateway repeats a message from its beginning in every event, starts again with each new
message, and says of a failed attempt's text that it is void (2026.9) or nothing at all (2026.2).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from propactor.core.surrogates import joined, no_halves, sound, whole

BREAK = "\n\n"
NEVER = -(1 << 60)
"""A length no text can have: the short cut doesn't apply."""


class Piece(NamedTuple):
    """Text to say next; with ``replace`` it stands for everything said before."""

    text: str
    replace: bool = False


NOTHING = Piece("")


class Messages:
    """What a run has said: the messages that are finished, and the one being written.

    Joined, the pieces are the messages with a blank line between them. ``fits`` is the length of the
    message so far where the next event may simply be appended to it; never, if each is to be looked at
    ``closely``.
    """

    __slots__ = ("_closely", "_complete", "_guessed", "_head", "_kept", "_tail", "fits", "item")

    def __init__(self, *, closely: bool = False) -> None:
        self._closely = closely
        self._kept = ""
        self._head = ""
        self._tail: list[str] = []
        self._complete = False
        self._guessed = False
        self.fits = NEVER
        self.item: str | None = None

    @property
    def said(self) -> str:
        """Return everything said so far that still stands."""
        return self._with(sound(whole(self._raw)))

    @property
    def _raw(self) -> str:
        """The message being written, halves of characters included."""
        if self._tail:
            self._head += "".join(self._tail)
            self._tail.clear()
        return self._head

    @_raw.setter
    def _raw(self, text: str) -> None:
        self._head = text
        self._tail.clear()

    def extend(self, data: Mapping[str, Any]) -> bool:
        """Take an event that only appends a few letters to the message, as nearly all do; say whether it did.

        The rest of such an event needs no look.
        """
        delta, text = data.get("delta"), data.get("text")
        if not delta or data.get("itemId") != self.item or self.fits < 0 or "replace" in data:
            return False
        length = self.fits + len(delta)
        if not (delta.isascii() or no_halves(delta)):
            return False
        if text is None:
            self._tail.append(delta)
        elif len(text) == length and text.endswith(delta):
            self._head = text
            if self._tail:
                self._tail.clear()
        else:
            return False
        self.fits = length
        return True

    def take(self, data: Mapping[str, Any]) -> Piece:
        """Read the data of an assistant event."""
        item = data.get("itemId")
        if data.get("replace"):
            return self._restart(data.get("text") or "", item)
        if self._is_new(data, item):
            return self._begin(data.get("text") or data.get("delta") or "", item)
        self.item = item or self.item
        return self._continue(self._text(data))

    def preamble(self, text: str, item: str | None) -> Piece:
        """Read text that was said before a tool call, unless it was told as a message already."""
        if not text or self._raw.startswith(text) or f"{BREAK}{self._kept}".endswith(f"{BREAK}{text}"):
            return NOTHING
        ahead = bool(self._raw) and not self._complete and text.startswith(whole(self._raw))
        piece = self._continue(text) if ahead else self._begin(text, item)
        self._guessed, self.fits = True, NEVER
        return piece

    def complete(self) -> None:
        """Note that a tool or a new thought came: a retry can't void the message any more."""
        self._complete, self.fits = True, NEVER

    def retry(self) -> Piece:
        """Drop the message of a failed attempt."""
        return NOTHING if self._complete else self._restart("", None)

    def _is_new(self, data: Mapping[str, Any], item: str | None) -> bool:
        """Tell whether a new message begins: a new item or, on gateways without items, all new text."""
        if item is None or self.item is None:
            text = data.get("text")
            return bool(self._raw) and (self._complete if text is None else text == data.get("delta"))
        return item != self.item and not self._same(data.get("text") or "")

    def _same(self, text: str) -> bool:
        """Tell whether a message is the one whose text came before as a preamble."""
        return (
            self._guessed
            and not self._complete
            and (text.startswith(self._raw) or self._raw.startswith(text))
        )

    def _text(self, data: Mapping[str, Any]) -> str:
        """Return the message so far; an event may carry only what is new."""
        text = data.get("text")
        return joined(self._raw, data.get("delta") or "") if text is None else str(text)

    def _continue(self, text: str) -> Piece:
        """Go on with the message: return what is new, or all of it where what was said has changed."""
        said = whole(self._raw)
        if self._guessed and said.startswith(text):
            return NOTHING
        if not text.startswith(said):
            return self._restart(text, self.item)
        return self._say(text, len(said))

    def _say(self, text: str, start: int) -> Piece:
        """Take ``text`` as the message; return what follows ``start``, after a blank line if one belongs."""
        self._raw, self._complete = text, False
        ready = whole(text)
        self.fits = len(text) if ready and ready is text and not self._closely else NEVER
        new = sound(ready[start:])
        return Piece(f"{BREAK}{new}" if new and not start and self._kept else new)

    def _begin(self, text: str, item: str | None) -> Piece:
        """Finish the message and begin the next."""
        loose = "\ufffd" if whole(self._raw) != self._raw else ""
        self._kept = self._with(sound(self._raw))
        self.item, self._guessed = item, False
        piece = self._say(text, 0)
        return Piece(loose + piece.text)

    def _restart(self, text: str, item: str | None) -> Piece:
        """Replace the message; one that is complete stays, and the next takes its place."""
        if self._complete and item != self.item:
            return self._begin(text, item)
        dropped = self._raw
        self.item, self._guessed = item, False
        piece = self._say(text, 0)
        return Piece(self.said, replace=True) if dropped else piece

    def _with(self, text: str) -> str:
        """Return the finished messages and this one."""
        return f"{self._kept}{BREAK}{text}" if self._kept and text else self._kept or text
