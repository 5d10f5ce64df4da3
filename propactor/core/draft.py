"""The model's text while it is being written: bounded, and started over when somebody says so."""

from propactor.core.events import TextDelta


class TextBuffer:
    """Collects the pieces of the text, up to ``limit`` characters; beyond, it is ``capped``."""

    __slots__ = ("_limit", "_pieces", "_void", "capped", "chars")

    def __init__(self, limit: int) -> None:
        self.chars = 0
        self.capped = False
        self._limit = limit
        self._pieces: list[str] = []
        self._void = False

    @property
    def text(self) -> str:
        """Return the text so far; what an upstream that failed said is void."""
        return "".join(self._pieces)

    def take(self, event: TextDelta) -> TextDelta:
        """Add a piece, and return what of it counts. With ``replace`` it is the first of a new text."""
        if event.replace or self._void:
            self._clear()
            self._void, event = False, event._replace(replace=True)
        room = self._limit - self.chars
        if len(event.delta) > room:
            self.capped, event = True, event._replace(delta=event.delta[:room])
        self.chars += len(event.delta)
        self._pieces.append(event.delta)
        return event

    def discard(self) -> None:
        """Make what has been said void: if more comes, it starts the text over."""
        self._void = self._void or self.chars > 0
        self.capped = False
        self._clear()

    def _clear(self) -> None:
        self._pieces.clear()
        self.chars = 0
