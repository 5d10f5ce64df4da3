"""One timer for everybody: timers share ticks, so a thousand actors cost the loop one timer."""

import asyncio
import heapq
from collections.abc import Callable
from math import ceil

TICK = 0.005


class Timer:
    """Something that wants to be woken, at most once at a time; ``tick`` is when, if at all."""

    __slots__ = ("_timers", "_wake", "tick")

    def __init__(self, timers: "Timers", wake: Callable[[], None]) -> None:
        self._timers = timers
        self._wake = wake
        self.tick: int | None = None

    @property
    def is_set(self) -> bool:
        """Tell whether it is going to fire."""
        return self.tick is not None

    def set(self, when: float) -> None:
        """Wake at ``when`` (loop time, seconds), up to one tick late, instead of any other time."""
        if when == float("inf"):
            self.clear()
            return
        tick = ceil(when / TICK)
        if tick != self.tick:
            self.clear()
            self.tick = tick
            self._timers.add(tick, self)

    def set_earlier(self, when: float) -> None:
        """Wake at ``when`` unless an earlier time is set. The cheap form, for hot paths."""
        if self.tick is None or when < (self.tick - 1) * TICK:
            self.set(when)

    def clear(self) -> None:
        """Don't wake."""
        if self.tick is not None:
            self._timers.discard(self.tick, self)
            self.tick = None

    def drop(self) -> None:
        """Don't wake, ever again, and hold nobody."""
        self.clear()
        self._wake = _nobody

    def fire(self) -> None:
        """Wake now; called by the timer."""
        self.tick = None
        self._wake()


def _nobody() -> None:
    """Be woken by an timer that was dropped: nobody is."""


class Timers:
    """The shared timer: ticks with the timers that share them, armed only while something waits."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ticks: dict[int, dict[Timer, None]] = {}
        self._order: list[int] = []
        self._handle: asyncio.TimerHandle | None = None
        self._armed_for = 0

    def timer(self, wake: Callable[[], None]) -> Timer:
        """Return an timer, not yet set."""
        return Timer(self, wake)

    def add(self, tick: int, timer: Timer) -> None:
        """Put an timer on a tick."""
        sharers = self._ticks.get(tick)
        if sharers is None:
            self._ticks[tick] = {timer: None}
            heapq.heappush(self._order, tick)
            self._arm()
        else:
            sharers[timer] = None

    def discard(self, tick: int, timer: Timer) -> None:
        """Take an timer off its tick. The empty tick stays, and no timer is set for it any more."""
        self._ticks.get(tick, {}).pop(timer, None)

    def _arm(self) -> None:
        while self._order and not self._ticks[self._order[0]]:
            del self._ticks[heapq.heappop(self._order)]
        if not self._order:
            return
        first = self._order[0]
        if self._handle is not None:
            if first >= self._armed_for:
                return
            self._handle.cancel()
        self._armed_for = first
        self._handle = self._loop.call_at(first * TICK, self._fire)

    def _fire(self) -> None:
        self._handle = None
        now = self._loop.time() + 0.001  # uvloop counts whole milliseconds and may be one early
        due: list[tuple[int, Timer]] = []
        while self._order and self._order[0] * TICK <= now:
            tick = heapq.heappop(self._order)
            due += [(tick, timer) for timer in self._ticks.pop(tick)]
        self._arm()
        for tick, timer in due:
            if timer.tick == tick:  # it may have been cleared or set anew by one that rang before
                timer.fire()
