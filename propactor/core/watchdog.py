"""How long we wait for an upstream, for what, and when we say that it is silent."""

from dataclasses import dataclass

from propactor.core.errors import GenerationTimeout
from propactor.core.events import Progress

HALF = 0.5
"""The share of a silence after which readers are told of it."""
NEARLY = 0.9
"""The share of the time in all after which readers are told that it runs out."""


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds until we give up: to be accepted, to hear the first event, between events, in all."""

    accept: float = 15.0
    first_event: float = 60.0
    idle: float = 90.0
    total: float = 120.0


class Watchdog:
    """Watches one upstream's silence. ``due`` is when to look again; looking early costs nothing.

    Half-way to giving up it says ``stalled``, once a silence; and once when the time in all is nearly over.
    """

    __slots__ = ("_limits", "_noticed_at", "_phase", "_started_at", "_warned", "due", "last_event_at")

    def __init__(self, limits: TimeLimits, now: float) -> None:
        self._limits = limits
        self._started_at = self.last_event_at = now
        self._phase = "accept"
        self._noticed_at = now
        self._warned = False
        self.due = self._next()

    @property
    def _limit(self) -> float:
        return float(getattr(self._limits, self._phase))

    def enter(self, phase: str, now: float) -> None:
        """Wait for something else from now on: ``accept``, ``first_event`` or ``idle``."""
        self._phase, self.last_event_at = phase, now
        self.due = min(self.due, self._next())

    def _next(self) -> float:
        return min(
            self.last_event_at + self._limit * (1 if self._noticed else HALF),
            self._started_at + self._limits.total * (1 if self._warned else NEARLY),
        )

    @property
    def _noticed(self) -> bool:
        return self._noticed_at > self.last_event_at

    def check(self, now: float) -> Progress | GenerationTimeout | None:
        """Return a notice, or the time limit that has passed, or None when there is nothing to say."""
        found = self._end(now) or self._notice(now)
        self.due = self._next()
        return found

    def _end(self, now: float) -> GenerationTimeout | None:
        total, limit, phase = self._limits.total, self._limit, self._phase
        if now >= self._started_at + total:
            return GenerationTimeout(f"Generation timed out after {total:g}s", phase="total")
        if now >= self.last_event_at + limit:
            silent = now - self.last_event_at
            return GenerationTimeout(f"Upstream silent for {silent:.3g}s ({phase})", phase=phase)
        return None

    def _notice(self, now: float) -> Progress | None:
        silent = now - self.last_event_at
        if not self._noticed and now >= self.last_event_at + self._limit * HALF:
            self._noticed_at = now
            return _stalled(silent, self._limit, self._phase)
        if not self._warned and now >= self._started_at + self._limits.total * NEARLY:
            self._warned = True
            return _stalled(silent, self._limits.total, "total")
        return None


def _stalled(silent: float, limit: float, phase: str) -> Progress:
    return Progress("stalled", silent_ms=int(silent * 1000), limit_ms=int(limit * 1000), reason=phase)
