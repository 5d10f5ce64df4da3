"""Join what a model says: the first piece goes at once, the next when an interval has passed."""

from collections.abc import Callable

from propactor.testing.gateway.scheduler import Ticker, Timer


class Pacer:
    """Decides when the grown text of a stream is told."""

    def __init__(self, ticker: Ticker, interval: float, tell: Callable[[str], None]) -> None:
        self._ticker, self._interval, self._tell = ticker, interval, tell
        self._waiting: str | None = None
        self._told: set[str] = set()
        self._told_at = 0.0
        self._timer: Timer | None = None

    def grow(self, stream: str) -> bool:
        """Tell of a stream now, or later; return whether it waits."""
        if self._waiting != stream:
            self.flush()
        self._waiting = stream
        due = self._told_at + self._interval
        if stream not in self._told or self._ticker.now() >= due:
            self.flush()
        elif self._timer is None:
            self._timer = self._ticker.at(due, self.flush)
        return self._waiting is not None

    def flush(self) -> None:
        """Tell now what waits."""
        stream, self._waiting = self._waiting, None
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if stream:
            self._told.add(stream)
            self._told_at = self._ticker.now()
            self._tell(stream)

    def begin(self) -> None:
        """Begin a new message, whose first pieces go out at once."""
        self.flush()
        self._told.clear()
