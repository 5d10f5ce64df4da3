"""Watches an upstream's silence: what we wait for, when readers are told, and when we give up."""

from propactor.core.errors import GenerationTimeout
from propactor.core.events import Progress
from propactor.core.limits import TimeLimits

HALF = 0.5
"""The share of a silence after which readers are told of it."""
NEARLY = 0.9
"""The share of the time in all after which readers are told that it runs out."""
_NEVER = float("inf")


class Watchdog:
    """Checks one upstream's silence at ``due``; to check earlier is harmless.

    Half-way to giving up it says ``stalled``, once a silence, and once when the time in all is nearly over.

    Args:
        limits: Seconds for each phase.
        now: When the upstream is asked, in seconds.
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

    def stop(self) -> None:
        """Check nothing any more: the upstream has said all, or is given up."""
        self.due = _NEVER

    def _next(self) -> float:
        return min(
            self.last_event_at + self._limit * (1 if self._noticed else HALF),
            self._started_at + self._limits.total * (1 if self._warned else NEARLY),
        )

    @property
    def _noticed(self) -> bool:
        return self._noticed_at > self.last_event_at

    def check(self, now: float) -> Progress | None:
        """Return a notice for readers, or None when there is nothing to say.

        Raises:
            GenerationTimeout: a limit has passed. It is raised once.
        """
        if now < self.due:
            return None
        error = self._error(now)
        if error is not None:
            self.stop()
            raise error
        notice = self._notice(now)
        self.due = self._next()
        return notice

    def _error(self, now: float) -> GenerationTimeout | None:
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
