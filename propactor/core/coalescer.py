"""Fewer, larger deltas: what follows closely is joined, what comes alone leaves at once."""

from collections.abc import Sequence

from propactor.core.events import TextDelta
from propactor.core.joining import Delta, joinable


class Coalescer:
    """Holds deltas for at most ``window`` seconds, and at most ``max_chars`` of them.

    A delta leaves at once when nothing has left for a window; the first always does. Otherwise it
    opens a window, and all that comes until ``due`` leaves together.
    """

    __slots__ = ("_held", "_last", "_max_chars", "_size", "_window", "due", "joined")

    def __init__(self, window: float, max_chars: int = 8192) -> None:
        self._window = window
        self._max_chars = max_chars
        self._held: list[Delta] = []
        self._size = 0
        self._last = float("-inf")
        self.due: float | None = None
        self.joined = 0

    def push(self, delta: Delta, now: float) -> Sequence[Delta]:
        """Take a delta that continues what is held; return what leaves now, to be joined, in order."""
        self._held.append(delta)
        self._size += len(delta.delta if isinstance(delta, TextDelta) else delta.message)
        due = self.due
        if due is None:
            if now - self._last >= self._window or delta.raw is not None:
                return self.flush(now)
            self.due = now + self._window
        elif now >= due:
            return self.flush(now)
        return self.flush(now) if self._size >= self._max_chars else ()

    def until(self, now: float) -> float | None:
        """Return when a delta that comes now would leave, None if at once."""
        if self.due is None and now - self._last < self._window:
            return now + self._window
        return self.due

    def accepts(self, delta: Delta) -> bool:
        """Tell whether a delta continues what is held; if not, flush first."""
        return not self._held or joinable(self._held[-1], delta)

    def flush(self, now: float) -> Sequence[Delta]:
        """Return all that is held."""
        held = self._held
        self.due = None
        if held:
            self.joined += len(held) - 1
            self._held, self._size, self._last = [], 0, now
        return held
