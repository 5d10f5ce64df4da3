"""How long we wait for an upstream, for what, and when we say that it is silent."""

from dataclasses import dataclass

from propactor.core.errors import GenerationTimeout
from propactor.core.events import Progress


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """Seconds until we give up: to be accepted, to hear the first event, between events, in all."""

    accept: float = 15.0
    first_event: float = 60.0
    idle: float = 60.0
    total: float = 120.0


class Patience:
    """Watches one upstream's silence. ``due`` is when to look again; looking early costs nothing.

    Half-way to giving up it says ``stalled``, once a silence.
    """

    __slots__ = ("_limits", "_noticed_at", "_phase", "_started_at", "due", "heard_at")

    def __init__(self, limits: TimeLimits, now: float) -> None:
        self._limits = limits
        self._started_at = self.heard_at = now
        self._phase = "accept"
        self._noticed_at = now
        self.due = self._next()

    @property
    def _limit(self) -> float:
        return float(getattr(self._limits, self._phase))

    def enter(self, phase: str, now: float) -> None:
        """Wait for something else from now on: ``accept``, ``first_event`` or ``idle``."""
        self._phase, self.heard_at = phase, now
        self.due = min(self.due, self._next())

    def _next(self) -> float:
        noticed = self._noticed_at > self.heard_at
        silence = self._limit if noticed else self._limit / 2
        return min(self.heard_at + silence, self._started_at + self._limits.total)

    def check(self, now: float) -> Progress | GenerationTimeout | None:
        """Return a notice, or the end of patience, or None when there is nothing to say."""
        silent, total = now - self.heard_at, now - self._started_at
        found: Progress | GenerationTimeout | None = None
        if total >= self._limits.total:
            found = GenerationTimeout(f"Generation timed out after {self._limits.total:g}s", phase="total")
        elif silent >= self._limit:
            found = GenerationTimeout(f"Upstream silent for {silent:.3g}s ({self._phase})", phase=self._phase)
        elif silent >= self._limit / 2 and self._noticed_at <= self.heard_at:
            self._noticed_at = now
            found = Progress("stalled", silent_ms=int(silent * 1000), limit_ms=int(self._limit * 1000))
        self.due = self._next()
        return found
