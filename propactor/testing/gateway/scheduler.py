"""One timer heap for all runs: a thousand of them share one wake-up of the event loop."""

import asyncio
import heapq
import math
from collections.abc import Callable
from itertools import count

RESOLUTION = 0.002
"""Seconds between two wake-ups at least. A timer of its own for each piece of each run would cost a thousand
runs at 20 pieces a second 20,000 wake-ups a second; so they are at most 500."""


class Timer:
    """An action that is due at some time; it can be cancelled."""

    __slots__ = ("action",)

    def __init__(self, action: Callable[[], None]) -> None:
        self.action: Callable[[], None] | None = action

    def cancel(self) -> None:
        """Do nothing when the time comes."""
        self.action = None


class Scheduler:
    """Calls what is due, all of it in one go, and then ``after_each``."""

    def __init__(self, after_each: Callable[[], None]) -> None:
        self._after_each = after_each
        self._heap: list[tuple[float, int, Timer]] = []
        self._order = count()
        self._wake: asyncio.TimerHandle | None = None

    def now(self) -> float:
        """Return the time of the running event loop, in seconds."""
        return asyncio.get_running_loop().time()

    def at(self, when: float, action: Callable[[], None]) -> Timer:
        """Do something at a time; never, if that is infinite."""
        timer = Timer(action)
        if not math.isinf(when):
            heapq.heappush(self._heap, (when, next(self._order), timer))
            self._plan()
        return timer

    def after(self, seconds: float, action: Callable[[], None]) -> Timer:
        """Do something when so many seconds have passed."""
        return self.at(self.now() + seconds, action)

    def stop(self) -> None:
        """Forget everything that is due."""
        self._heap.clear()
        if self._wake:
            self._wake.cancel()
            self._wake = None

    def _plan(self) -> None:
        """Wake up for the first timer, unless a wake-up is planned that comes soon enough."""
        when = self._heap[0][0]
        if self._wake is None or when < self._wake.when() - RESOLUTION:
            if self._wake:
                self._wake.cancel()
            loop = asyncio.get_running_loop()
            self._wake = loop.call_at(max(when, loop.time() + RESOLUTION), self._run_due)

    def _run_due(self) -> None:
        self._wake = None
        now = self.now()
        while self._heap and self._heap[0][0] <= now:
            action = heapq.heappop(self._heap)[2].action
            if action:
                action()
        self._after_each()
        if self._heap and self._wake is None:
            self._plan()
