"""One clock for all runs: a heap of what is due, woken at most every two milliseconds."""

import asyncio
import heapq
import math
from collections.abc import Callable
from itertools import count

RESOLUTION = 0.002


class Timer:
    """Something to do at a time; it can be taken back."""

    __slots__ = ("action",)

    def __init__(self, action: Callable[[], None]) -> None:
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """Do nothing when the time comes."""
        self.action = None


class Ticker:
    """Calls what is due, all of it in one go, and then ``after``: so a thousand runs share one wake-up."""

    def __init__(self, after: Callable[[], None]) -> None:
        self._after = after
        self._heap: list[tuple[float, int, Timer]] = []
        self._order = count()
        self._loop = asyncio.get_running_loop()
        self._wake: asyncio.TimerHandle | None = None

    def now(self) -> float:
        """Return the time, in seconds from some beginning."""
        return self._loop.time()

    def at(self, when: float, action: Callable[[], None]) -> Timer:
        """Do something at a time; never, if that is infinite."""
        timer = Timer(action)
        if not math.isinf(when):
            heapq.heappush(self._heap, (when, next(self._order), timer))
            self._plan()
        return timer

    def stop(self) -> None:
        """Forget everything that is due."""
        self._heap.clear()
        if self._wake:
            self._wake.cancel()
            self._wake = None

    def _plan(self) -> None:
        when = self._heap[0][0]
        if self._wake is None or when < self._wake.when() - RESOLUTION:
            if self._wake:
                self._wake.cancel()
            self._wake = self._loop.call_at(max(when, self.now() + RESOLUTION), self._tick)

    def _tick(self) -> None:
        self._wake = None
        now = self.now()
        while self._heap and self._heap[0][0] <= now:
            action = heapq.heappop(self._heap)[2].action
            if action:
                action()
        self._after()
        if self._heap and self._wake is None:
            self._plan()
