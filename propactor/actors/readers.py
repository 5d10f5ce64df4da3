"""The readers of one generation, and what becomes of it when there is none."""

from collections.abc import Callable

from propactor.actors.journal import Journal, Subscription

_NEVER = float("inf")


class Readers:
    """Opens and closes readers' places, and knows since when nobody reads.

    Args:
        journal: What they read.
        clock: The time, in seconds.
        grace: Seconds a generation goes on without a reader.
        keep_running: True for a generation that shall finish although nobody reads.
        on_abandoned: Called with the time at which the grace ends, when the last reader has gone.
    """

    __slots__ = ("_clock", "_grace", "_journal", "_on_abandoned", "_watched", "abandoned_at")

    def __init__(
        self,
        journal: Journal,
        clock: Callable[[], float],
        *,
        grace: float,
        keep_running: bool,
        on_abandoned: Callable[[float], object],
    ) -> None:
        self.abandoned_at: float | None = None
        self._journal = journal
        self._clock = clock
        self._grace = grace
        self._watched = not keep_running
        self._on_abandoned = on_abandoned

    @property
    def due(self) -> float:
        """Return when the grace ends, infinity while somebody reads."""
        return _NEVER if self.abandoned_at is None else self.abandoned_at + self._grace

    def subscribe(self, after: int = 0) -> Subscription:
        """Open a reader's place behind entry ``after``.

        Raises:
            CursorExpired: the entries that follow are no longer kept.
            InvalidRequest: there was no such event.
        """
        subscription = self._journal.subscribe(after)
        self.abandoned_at = None
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Close a reader's place; the last one to go starts the grace."""
        subscription.unsubscribe()
        self.check()

    def check(self) -> None:
        """Start the grace if nobody reads."""
        if self._watched and not self._journal.readers and self.abandoned_at is None:
            self.abandoned_at = self._clock()
            self._on_abandoned(self.due)

    def release(self) -> None:
        """Watch nobody any more: the generation is over, or is being ended."""
        self._watched = False
        self.abandoned_at = None
