"""Take secrets out of a text that arrives in pieces."""

from propactor.redaction.shape import Shape
from propactor.redaction.text import EVERYTHING, TOKENS, clean

_CONTEXT = 3
"""How many characters the patterns look behind themselves."""


class StreamRedactor:
    """Redact a text that arrives in pieces: what comes out, joined, is what ``redact`` makes of the whole.

    Held back is only what may still become a secret. Without ``names`` only the shapes of secrets count,
    not what stands after ``password=``: for code, where ``token: string`` is no secret.
    """

    def __init__(self, *, names: bool = True) -> None:
        self._shapes = EVERYTHING if names else TOKENS
        self._text = ""
        self._start = 0
        self._shown = 0
        self._inside: Shape | None = None

    def push(self, delta: str) -> str:
        """Take the next piece, and return what may be shown now."""
        self._text += delta
        if self._inside and not self._leave(self._inside):
            return ""
        return self._scan()

    def flush(self) -> str:
        """Return the rest, at the end of the text."""
        rest = "" if self._inside else clean(self._text, self._shapes, start=self._start, shown=self._shown)
        self._text, self._start, self._shown, self._inside = "", 0, 0, None
        return rest

    def _leave(self, shape: Shape) -> bool:
        """Step over the secret, and say whether it has come to its end."""
        end = shape.end(self._text, self._start)
        if end is None:
            self._forget(max(self._start, len(self._text) - shape.overlap))
            return False
        self._start = self._shown = end
        self._inside = None
        return True

    def _scan(self) -> str:
        """Return the text up to where a secret may have begun, with the complete ones taken out."""
        pieces: list[str] = []
        places = self._shapes.find(self._text, cut_off=True)
        for index, (at, shape) in enumerate(places):
            if at < self._start:
                continue
            if match := shape.head.match(self._text, at):
                pieces += self._text[self._shown : match.start(1)], shape.fill
                self._start = self._shown = match.end()
                self._inside = shape
                if not self._leave(shape):
                    return "".join(pieces)
            elif shape.begun.match(self._text, at):
                return "".join(pieces) + self._wait(at, places[index:])
        return "".join(pieces) + self._show(len(self._text), start=len(self._text))

    def _wait(self, start: int, places: list[tuple[int, Shape]]) -> str:
        """Return the text up to the first secret that may have begun; what leads to one is no secret."""
        begun = (
            shape.head.match(self._text, at) or shape.begun.match(self._text, at) for at, shape in places
        )
        secrets = [match.start(1) for match in begun if match and match[1] is not None]
        return self._show(min(secrets, default=len(self._text)), start=start)

    def _show(self, end: int, *, start: int) -> str:
        """Return the text up to ``end``; the search goes on from ``start``."""
        piece = self._text[self._shown : end]
        self._shown = max(self._shown, end)
        self._forget(start)
        return piece

    def _forget(self, start: int) -> None:
        """Drop the text before ``start``, but for the few characters that the patterns look back at."""
        cut = max(0, start - _CONTEXT)
        self._text = self._text[cut:]
        self._start, self._shown = start - cut, max(0, self._shown - cut)
