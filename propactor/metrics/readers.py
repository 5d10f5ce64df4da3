"""Counts the readers of streams, and what they don't get."""

from prometheus_client import CollectorRegistry, Gauge

from propactor.metrics.collectors import counter

PREVIEWS = ("thinking", "progress")
DROPS = ("mailbox", "slow_reader")


class ReaderMetrics:
    """What readers get, and what not.

    Args:
        registry: What exports it.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._dropped = counter(
            registry,
            "propactor_events_dropped",
            "Previews not delivered: a `mailbox` was full, or a `slow_reader` was too far behind.",
            ("type", "reason"),
            [(kind, reason) for kind in PREVIEWS for reason in DROPS],
        )
        self.coalesced = counter(registry, "propactor_deltas_coalesced", "Deltas joined to the one before.")
        self.resumes = counter(
            registry, "propactor_resumes", "Readers that came back to a place in a stream."
        )
        self.evicted = counter(
            registry,
            "propactor_readers_evicted",
            "Readers that fell out of the journal and were sent away to come back.",
        )
        self.open = Gauge("propactor_readers", "Streams open right now.", registry=registry)

    def dropped(self, kind: str, reason: str, count: int = 1) -> None:
        """Count previews that weren't delivered.

        Args:
            kind: The event's name.
            reason: ``mailbox`` or ``slow_reader``.
            count: How many.
        """
        self._dropped.labels(kind, reason).inc(count)
