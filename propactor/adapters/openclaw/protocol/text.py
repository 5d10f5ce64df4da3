"""From the cumulative text of a run's messages to pieces: what is new, and what starts over.

The gateway repeats a message from its beginning in every event, starts again with each new
message, and says of a failed attempt's text that it is void (2026.9) or nothing at all (2026.2).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from propactor.adapters.openclaw.protocol.text_event import Raw, TextEvent
from propactor.core import jsontext
from propactor.core.surrogates import joined, sound, whole
from propactor.core.text import FEW, StringBuilder

BREAK = "\n\n"
NEVER = -(1 << 60)
"""A length no text can have: the short cut doesn't apply."""
_UNKNOWN = 0


def _decoded(letters: memoryview) -> str | None:
    """Decode letters from the inside of a JSON string; None if they were cut in the middle of an escape."""
    try:
        return str(jsontext.loads(b'"' + letters + b'"'))
    except ValueError:
        return None


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

    __slots__ = ("_closely", "_complete", "_encoded", "_guessed", "_kept", "_pieces", "fits", "item")

    def __init__(self, *, closely: bool = False) -> None:
        self._closely = closely
        self._kept = ""
        self._pieces = StringBuilder()
        self._encoded = _UNKNOWN
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
        return self._pieces.text

    @_raw.setter
    def _raw(self, text: str) -> None:
        self._pieces.replace(text)
        self._encoded = _UNKNOWN

    def extend(self, event: TextEvent) -> bool:
        """Append the letters of an event that does nothing else, as nearly all do; return True if it was one.

        The rest of such an event needs no look.
        """
        data = event.data
        if self.fits < 0 or data.item_id != self.item or data.replace or not data.delta:
            return False
        if data.text and not self._is_continued(data.text, data.delta):
            return False
        self.fits += len(data.delta)
        self._pieces.append(data.delta)
        if len(self._pieces) > FEW:
            self._pieces.fold()
        return True

    def _is_continued(self, text: Raw, delta: str) -> bool:
        """Return True if the text of an event is the message so far and the delta.

        The text is JSON that nobody has decoded. Only what is new of it is, or a message of n events would
        cost n² characters; how long it was before, in JSON, is known from the event before.
        """
        encoded = memoryview(text)
        end = len(encoded) - 1  # before the closing quotation mark
        if self._encoded == _UNKNOWN:
            continued = bool(jsontext.loads(bytes(encoded)) == self._raw + delta)
        else:
            continued = _decoded(encoded[self._encoded : end]) == delta
        self._encoded = end if continued else _UNKNOWN
        return continued

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
