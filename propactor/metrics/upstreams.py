"""Counts what happens to upstreams: stops, moves to the next, and where the events are read from."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry

from propactor.core.errors import UpstreamFault, error_classes
from propactor.core.events import Source
from propactor.metrics.collectors import counter, histogram
from propactor.metrics.generations import QUICK

PLACES = ("gateway", "transcript", "history")


class UpstreamMetrics:
    """What happens to upstreams.

    Args:
        registry: What exports it.
        sources: The values of the label ``to``.
    """

    def __init__(self, registry: CollectorRegistry, sources: Sequence[str]) -> None:
        codes = sorted({cls.code for cls in error_classes(UpstreamFault)})
        self._stop_time = histogram(
            registry,
            "propactor_time_to_upstream_stop_seconds",
            "From asking an upstream to stop to its word.",
            QUICK,
        )
        self._stops = counter(
            registry,
            "propactor_upstream_stops",
            "Stops sent to upstreams, by whether they were confirmed.",
            ("confirmed",),
            [("yes",), ("no",)],
        )
        self._fallbacks = counter(
            registry,
            "propactor_fallbacks",
            "Moves to the next upstream, by why, and to which.",
            ("code", "to"),
            [(code, to) for code in codes for to in sources],
        )
        self._switches = counter(
            registry,
            "propactor_source_switches",
            "Changes, within a generation, of who tells it: live events, transcript or history.",
            ("from", "to"),
            [(a, b) for a in PLACES for b in PLACES if a != b],
        )

    def stopped(self, *, confirmed: bool, seconds: float) -> None:
        """Count and time a stop of an upstream; ``seconds`` is how long it took to answer."""
        self._stops.labels("yes" if confirmed else "no").inc()
        self._stop_time.observe(seconds)

    def fell_back(self, code: str, *, to: Source | None) -> None:
        """Count a move to the next upstream, by the code of the error that led to it."""
        self._fallbacks.labels(code, to or "none").inc()

    def switched(self, before: str, after: str) -> None:
        """Count a change of the place that a generation's events are read from."""
        self._switches.labels(before, after).inc()
