"""One timer of the event loop for everybody: what is due within the same 5 ms is called in one pass."""

import asyncio
import heapq
from collections.abc import Callable
from math import ceil

TICK = 0.005
"""Seconds: the resolution. 300 streams with windows of 40 ms wake the loop 200 times a second, not 4,500."""
_EARLY = 0.001
"""Seconds: uvloop counts whole milliseconds, and may call a timer as much too early."""


class Timer:
    """Calls a function at a time that can be set, moved and cleared; ``tick`` is when, in ticks, if at all.

    Args:
        timers: Whom it belongs to.
        function: What to call.
    """

    __slots__ = ("_timers", "function", "tick")

    def __init__(self, timers: "Timers", function: Callable[[], None]) -> None:
        self._timers = timers
        self.function = function
        self.tick: int | None = None

    @property
    def is_set(self) -> bool:
        """Return True if it is going to fire."""
        return self.tick is not None

    def set(self, when: float) -> None:
        """Fire at ``when`` (loop time, seconds), up to one tick late, instead of at any other time."""
        if when == float("inf"):
            self.tick = None
            return
        tick = ceil(when / TICK)
        if tick != self.tick:
            self.tick = tick
            self._timers.add(tick, self)

    def set_earlier(self, when: float) -> None:
        """Fire at ``when`` unless it is set for an earlier time already."""
        if self.tick is None or when < (self.tick - 1) * TICK:
            self.set(when)

    def clear(self) -> None:
        """Don't fire. The slot keeps its reference until its time has come: cheaper than a search."""
        self.tick = None

    def drop(self) -> None:
        """Don't fire ever again, and keep nobody in memory."""
        if self.tick is not None:
            self._timers.remove(self.tick, self)
        self.tick = None
        self.function = _nothing


def _nothing() -> None:
    """Stand for the function of a timer that was dropped."""


class Timers:
    """A wheel of slots, a tick each, with the timers that are due in them.

    The loop has a timer for the first slot while there is one.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._slots: dict[int, list[Timer]] = {}
        self._order: list[int] = []
        self._handle: asyncio.TimerHandle | None = None
        self._armed_for = 0

    def timer(self, function: Callable[[], None]) -> Timer:
        """Return a timer that calls ``function``, not yet set."""
        return Timer(self, function)

    def add(self, tick: int, timer: Timer) -> None:
        """Put a timer into the slot of a tick."""
        slot = self._slots.get(tick)
        if slot is not None:
            slot.append(timer)
            return
        self._slots[tick] = [timer]
        heapq.heappush(self._order, tick)
        self._arm()

    def remove(self, tick: int, timer: Timer) -> None:
        """Take a timer out of the slot of a tick, which holds few, unless that is being fired."""
        slot = self._slots.get(tick)
        if slot is None:
            return
        slot.remove(timer)
        if not slot:
            del self._slots[tick]

    def _arm(self) -> None:
        """Let the loop call for the first slot, unless it does or there is none."""
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
        """Fire all that is due. A timer that was cleared or moved since is in its old slot, too: skip it."""
        self._handle = None
        now = self._loop.time() + _EARLY
        due: list[tuple[int, list[Timer]]] = []
        while self._order and self._order[0] * TICK <= now:
            tick = heapq.heappop(self._order)
            if tick in self._slots:  # else all its timers were dropped
                due.append((tick, self._slots.pop(tick)))
        self._arm()
        for tick, slot in due:
            for timer in slot:
                if timer.tick == tick:
                    timer.tick = None
                    timer.function()
