"""Half a character: upstreams that count in UTF-16 may cut an emoji in two between one event and the next."""


def joined(head: str, tail: str) -> str:
    """Put two pieces together; halves of a pair that meet become one character."""
    text = head + tail
    if not (head and tail and "\ud800" <= head[-1] <= "\udbff"):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def whole(text: str) -> str:
    """Return the text without the first half of a pair at its end."""
    return text[:-1] if text and "\ud800" <= text[-1] <= "\udbff" else text


def sound(text: str) -> str:
    """Return the text with halves that never met replaced by U+FFFD, for no UTF-8 can carry them."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


class Whole:
    """Passes a text on that arrives in pieces: half a character waits for its other half."""

    __slots__ = ("_half",)

    def __init__(self) -> None:
        self._half = ""

    def push(self, piece: str) -> str:
        """Take the next piece, and return what is whole by now."""
        if not self._half and piece.isascii():
            return piece
        text = joined(self._half, piece)
        ready = whole(text)
        self._half = text[len(ready) :]
        return sound(ready)

    def flush(self) -> str:
        """Return the half that waits in vain, as U+FFFD, at the end of the text."""
        half, self._half = self._half, ""
        return sound(half)
