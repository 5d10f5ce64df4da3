"""One timer for everybody: alarms share ticks, so a thousand actors cost the loop one timer."""

import asyncio
import heapq
from collections.abc import Callable
from math import ceil

TICK = 0.005


class Alarm:
    """Something that wants to be woken, at most once at a time."""

    __slots__ = ("_alarms", "_tick", "_wake")

    def __init__(self, alarms: "Alarms", wake: Callable[[], None]) -> None:
        self._alarms = alarms
        self._wake = wake
        self._tick: int | None = None

    @property
    def is_set(self) -> bool:
        """Tell whether it is going to ring."""
        return self._tick is not None

    def set(self, when: float) -> None:
        """Wake at ``when`` (loop time, seconds), up to one tick late, instead of any other time."""
        if when == float("inf"):
            self.clear()
            return
        tick = ceil(when / TICK)
        if tick != self._tick:
            self.clear()
            self._tick = tick
            self._alarms.add(tick, self)

    def set_earlier(self, when: float) -> None:
        """Wake at ``when`` unless an earlier time is set. The cheap form, for hot paths."""
        if self._tick is None or when < (self._tick - 1) * TICK:
            self.set(when)

    def clear(self) -> None:
        """Don't wake."""
        if self._tick is not None:
            self._alarms.discard(self._tick, self)
            self._tick = None

    def ring(self) -> None:
        """Wake now; called by the timer."""
        self._tick = None
        self._wake()


class Alarms:
    """The shared timer: ticks with the alarms that share them, armed only while something waits."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ticks: dict[int, dict[Alarm, None]] = {}
        self._order: list[int] = []
        self._timer: asyncio.TimerHandle | None = None
        self._armed_for = 0

    def alarm(self, wake: Callable[[], None]) -> Alarm:
        """Return an alarm, not yet set."""
        return Alarm(self, wake)

    def add(self, tick: int, alarm: Alarm) -> None:
        """Put an alarm on a tick."""
        sharers = self._ticks.get(tick)
        if sharers is None:
            self._ticks[tick] = {alarm: None}
            heapq.heappush(self._order, tick)
            self._arm()
        else:
            sharers[alarm] = None

    def discard(self, tick: int, alarm: Alarm) -> None:
        """Take an alarm off its tick. The empty tick stays and passes unnoticed."""
        self._ticks.get(tick, {}).pop(alarm, None)

    def _arm(self) -> None:
        first = self._order[0]
        if self._timer is not None:
            if first >= self._armed_for:
                return
            self._timer.cancel()
        self._armed_for = first
        self._timer = self._loop.call_at(first * TICK, self._ring)

    def _ring(self) -> None:
        self._timer = None
        now = self._loop.time() + 0.001  # uvloop counts whole milliseconds and may be one early
        while self._order and self._order[0] * TICK <= now:
            for alarm in self._ticks.pop(heapq.heappop(self._order)):
                alarm.ring()
        if self._order and self._timer is None:
            self._arm()
