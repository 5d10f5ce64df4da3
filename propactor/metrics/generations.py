"""Counts and times generations: how they end, why, and how long that takes."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry

from propactor.core.errors import error_classes
from propactor.metrics.collectors import counter, histogram

QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
LONG = (1, 2.5, 5, 10, 20, 30, 60, 90, 120, 300, 600, 1800)
CANCELS = ("asked", "abandoned", "stopping")


class GenerationMetrics:
    """What becomes of generations.

    Args:
        registry: What exports it.
        sources: The values of the label ``source``.
    """

    def __init__(self, registry: CollectorRegistry, sources: Sequence[str]) -> None:
        codes = sorted({cls.code for cls in error_classes()})
        self.time_to_started = histogram(
            registry,
            "propactor_time_to_started_seconds",
            "From the request to `started` in the socket.",
            QUICK,
        )
        self.time_to_first_event = histogram(
            registry,
            "propactor_time_to_first_event_seconds",
            "From the request's arrival to the first word, thought or tool of an upstream.",
            QUICK,
            source=sources,
        )
        self._duration = histogram(
            registry,
            "propactor_generation_duration_seconds",
            "From `started` to `done`.",
            LONG,
            outcome=("result", "error"),
        )
        self._finished = counter(
            registry,
            "propactor_generations_finished",
            "Generations that ended: a `result` by its method, an `error` by its code.",
            ("outcome", "code"),
            [("result", "ai"), ("result", "template"), *(("error", code) for code in codes)],
        )
        self._cancels = counter(
            registry,
            "propactor_cancels",
            "Generations ended from outside: asked for, abandoned by its readers, or the service stopping.",
            ("reason",),
            [(reason,) for reason in CANCELS],
        )
        self._rejected = counter(
            registry,
            "propactor_requests_rejected",
            "Generations not begun, by why.",
            ("code",),
            [(code,) for code in codes],
        )

    def finished(self, *, outcome: str, code: str, seconds: float) -> None:
        """Count and time a generation that has ended.

        Args:
            outcome: ``result`` or ``error``.
            code: The method of a result, the code of an error.
            seconds: From ``started`` to ``done``.
        """
        self._finished.labels(outcome, code).inc()
        self._duration.labels(outcome).observe(seconds)

    def cancelled(self, reason: str) -> None:
        """Count a generation ended from outside."""
        self._cancels.labels(reason).inc()

    def rejected(self, code: str) -> None:
        """Count a generation that was refused, by the code of the error."""
        self._rejected.labels(code).inc()
