"""From bytes, cut anywhere, to whole lines of bounded length."""


class Lines:
    """Cuts what it is given at each line feed, and keeps the beginning of a line that isn't whole yet.

    A line over the limit is passed over, to its end, and counted in ``too_long``. Only bytes are looked at,
    so a character that is cut in two comes to no harm.
    """

    __slots__ = ("_at", "_held", "_most", "_start", "too_long")

    def __init__(self, most: int) -> None:
        self.too_long = 0
        self._most = most
        self.clear()

    @property
    def held(self) -> int:
        """Return how many bytes wait for the rest of their line."""
        return len(self._held)

    def clear(self) -> None:
        """Forget what is held: the next byte is the first of another file."""
        self._held = bytearray()
        self._start = 0
        self._at = 0

    def push(self, data: bytes) -> list[tuple[int, bytes]]:
        """Take the next bytes; return where each line they end starts, and the line without its line feed."""
        *ends, rest = data.split(b"\n")
        lines = [(self._start, self._whole(end)) for end in ends]
        self._at += len(rest)
        self._hold(rest)
        return [(start, line) for start, line in lines if line is not None]

    def _whole(self, end: bytes) -> bytes | None:
        """End a line, and begin the next; None if it was too long."""
        self._at += len(end) + 1
        long = self._at - self._start - 1 > self._most
        line = None if long else bytes(self._held) + end
        self.too_long += long
        self._held.clear()
        self._start = self._at
        return line

    def _hold(self, rest: bytes) -> None:
        """Keep the beginning of a line, unless it is too long already."""
        if self._at - self._start > self._most:
            self._held.clear()
        else:
            self._held += rest
