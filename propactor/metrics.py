"""What an operator can count and time; labels come from closed sets, never from a request."""

from collections.abc import Callable, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from propactor.core.events import KINDS, TextDelta
from propactor.core.sse import Entry

LAG = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
LONG = (1, 2.5, 5, 10, 20, 30, 60, 90, 120, 300, 600, 1800)
SOURCES = ("gateway", "transcript", "model", "template", "none")

Reading = Callable[[], Mapping[str, float]]


class _Readings(Collector):
    """Gauges that are read when somebody scrapes, so that they cost nothing in between."""

    def __init__(self) -> None:
        self.gauges: list[tuple[str, str, str, Reading]] = []

    def collect(self) -> Sequence[Metric]:
        """Read them all."""
        families = []
        for name, text, label, read in self.gauges:
            family = GaugeMetricFamily(name, text, labels=[label] if label else None)
            for value_of, value in read().items():
                family.add_metric([value_of] if label else [], value)
            families.append(family)
        return families


class Metrics:
    """One registry with everything in it; one per application, so that tests don't share counts."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._readings = _Readings()
        registry.register(self._readings)
        self.time_to_started = Histogram(
            "propactor_time_to_started_seconds",
            "From the request's arrival to `started` in the socket.",
            buckets=QUICK,
            registry=registry,
        )
        self.time_to_first_event = Histogram(
            "propactor_time_to_first_event_seconds",
            "From the request's arrival to the first word, thought or tool of an upstream.",
            ["source"],
            buckets=QUICK,
            registry=registry,
        )
        self.duration = Histogram(
            "propactor_generation_duration_seconds",
            "From `started` to `done`.",
            ["outcome"],
            buckets=LONG,
            registry=registry,
        )
        lag = Histogram(
            "propactor_delta_lag_seconds",
            "From the upstream's own time stamp on a delta to the journal, and to the socket.",
            ["stage"],
            buckets=LAG,
            registry=registry,
        )
        self.lag_to_journal, self.lag_to_socket = lag.labels("journal"), lag.labels("socket")
        events = Counter("propactor_events", "Events journalled.", ["type", "source"], registry=registry)
        self._events = {
            (kind, source): events.labels(kind, source) for kind in KINDS.values() for source in SOURCES
        }
        self._dropped = Counter(
            "propactor_events_dropped",
            "Previews not delivered: `mailbox` was full, or a `slow_reader` was too far behind.",
            ["type", "reason"],
            registry=registry,
        )
        for kind in ("thinking", "progress"):
            for reason in ("mailbox", "slow_reader"):
                self._dropped.labels(kind, reason)
        self.coalesced = Counter(
            "propactor_deltas_coalesced", "Deltas joined to the one before.", registry=registry
        )
        self._finished = Counter(
            "propactor_generations_finished",
            "Generations that ended, by `result` or `error` and its code.",
            ["outcome", "code"],
            registry=registry,
        )
        self._cancels = Counter(
            "propactor_cancels",
            "Generations ended from outside: asked for, abandoned by its readers, or the service stopping.",
            ["reason"],
            registry=registry,
        )
        for reason in ("asked", "abandoned", "stopping"):
            self._cancels.labels(reason)
        self._stops = Counter(
            "propactor_upstream_stops",
            "Stops sent to upstreams, by whether they were confirmed.",
            ["confirmed"],
            registry=registry,
        )
        self._stop_time = Histogram(
            "propactor_time_to_upstream_stop_seconds",
            "From asking an upstream to stop to its answer.",
            buckets=QUICK,
            registry=registry,
        )
        self._fallbacks = Counter(
            "propactor_fallbacks", "Moves to the next upstream, by why.", ["code"], registry=registry
        )
        self._rejected = Counter(
            "propactor_requests_rejected", "Generations not begun, by why.", ["code"], registry=registry
        )
        self.resumes = Counter(
            "propactor_resumes", "Readers that came back to a place in a stream.", registry=registry
        )
        self.evicted = Counter(
            "propactor_readers_evicted",
            "Readers that fell out of the journal and were sent away to come back.",
            registry=registry,
        )
        self.readers = Gauge("propactor_readers", "Streams open right now.", registry=registry)

    def read_when_scraped(self, name: str, text: str, read: Reading, *, label: str = "") -> None:
        """Add a gauge that is read at each scrape; without a label, ``read`` returns one value."""
        self._readings.gauges.append((name, text, label, read))

    def journalled(self, entries: Sequence[Entry]) -> None:
        """Count entries, and how long a delta took to get here."""
        for entry in entries:
            event = entry.event
            self._events[entry.kind, getattr(event, "source", None) or "none"].inc()
            if type(event) is TextDelta and event.at is not None:
                self.lag_to_journal.observe(max(0.0, (entry.ts - event.at) / 1000))

    def dropped(self, kind: str, reason: str, count: int = 1) -> None:
        """Count previews that somebody didn't get."""
        self._dropped.labels(kind, reason).inc(count)

    def finished(self, *, outcome: str, code: str, seconds: float) -> None:
        """Count and time a generation that has ended; ``code`` is the method of a result."""
        self._finished.labels(outcome, code).inc()
        self.duration.labels(outcome).observe(seconds)

    def cancelled(self, reason: str) -> None:
        """Count a generation ended from outside."""
        self._cancels.labels(reason).inc()

    def stopped(self, *, confirmed: bool, seconds: float) -> None:
        """Count and time a stop of an upstream."""
        self._stops.labels("yes" if confirmed else "no").inc()
        self._stop_time.observe(seconds)

    def fell_back(self, code: str) -> None:
        """Count a move to the next upstream."""
        self._fallbacks.labels(code).inc()

    def rejected(self, code: str) -> None:
        """Count a generation that was refused."""
        self._rejected.labels(code).inc()
