"""How long to wait before the next try: full jitter, so that many clients don't come back at once."""

from collections.abc import Callable

_FLOOR = 0.05


class Backoff:
    """Wait anything up to a limit that doubles with each failure.

    See "Exponential Backoff And Jitter", AWS Architecture Blog, 2015. The limit is low because a gateway
    needs 12 to 25 s to restart: with 30 s we would miss it for as long again.
    """

    def __init__(
        self,
        uniform: Callable[[float, float], float],
        *,
        first: float = 0.5,
        limit: float = 5.0,
    ) -> None:
        self.failures = 0
        self._first = first
        self._limit = limit
        self._uniform = uniform

    def next(self, *, hint: float | None = None) -> float:
        """Return the seconds to wait now; never less than what the other side asked for."""
        ceiling = min(self._limit, self._first * 2 ** min(self.failures, 32))
        self.failures += 1
        return max(_FLOOR, self._uniform(0.0, ceiling), hint or 0.0)

    def reset(self) -> None:
        """Forget the failures: the connection held."""
        self.failures = 0
