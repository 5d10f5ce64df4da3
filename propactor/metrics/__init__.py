"""What an operator can count and time; labels come from closed sets, never from a request."""

from collections.abc import Iterable, Sequence
from typing import cast, get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.registry import Collector

from propactor.core.entries import Entry
from propactor.core.errors import PropactorError, UpstreamFault
from propactor.core.events import KINDS, Source
from propactor.metrics.fast import FastCounter, FastHistogram, FastHistogramFamily
from propactor.metrics.readings import Kind, Read, Reading

LAG = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
LONG = (1, 2.5, 5, 10, 20, 30, 60, 90, 120, 300, 600, 1800)
NO_SOURCE = "none"
CANCELS = ("asked", "abandoned", "stopping")
PREVIEWS = ("thinking", "progress")
PLACES = ("gateway", "transcript", "history")
DROPS = ("mailbox", "slow_reader")


def error_codes(cls: type[PropactorError] = PropactorError) -> set[str]:
    """Return every code an error can have."""
    return {cls.code}.union(*(error_codes(sub) for sub in cls.__subclasses__()))


class Metrics:
    """One registry with everything in it; one per application, so that tests don't share counts."""

    def __init__(self, sources: Sequence[str] = get_args(Source)) -> None:
        self.registry = CollectorRegistry()
        self._sources = (*sources, NO_SOURCE)
        self._add_hot()
        self._add_times()
        self._add_generations()
        self._add_readers()

    def _add_hot(self) -> None:
        """Add what is counted for every event, by cheaper means than the library's."""
        self._events = FastCounter(
            "propactor_events",
            "Events journalled.",
            ("type", "source"),
            ((kind, source) for kind in KINDS.values() for source in self._sources),
        )
        self._lag_to_journal, self.lag_to_socket = FastHistogram(LAG), FastHistogram(LAG)
        lags = FastHistogramFamily(
            "propactor_delta_lag_seconds",
            "From the upstream's own time stamp on a delta to the journal, and to the socket.",
            "stage",
            {"journal": self._lag_to_journal, "socket": self.lag_to_socket},
        )
        self._register(self._events)
        self._register(lags)

    def _add_times(self) -> None:
        self.time_to_started = self._histogram(
            "propactor_time_to_started_seconds",
            "From the request to `started` in the socket.",
            QUICK,
        )
        self.time_to_first_event = self._histogram(
            "propactor_time_to_first_event_seconds",
            "From the request's arrival to the first word, thought or tool of an upstream.",
            QUICK,
            source=self._sources,
        )
        self.duration = self._histogram(
            "propactor_generation_duration_seconds",
            "From `started` to `done`.",
            LONG,
            outcome=("result", "error"),
        )
        self._stop_time = self._histogram(
            "propactor_time_to_upstream_stop_seconds", "From asking an upstream to stop to its word.", QUICK
        )

    def _add_generations(self) -> None:
        self._finished = self._counter(
            "propactor_generations_finished",
            "Generations that ended: a `result` by its method, an `error` by its code.",
            ("outcome", "code"),
            [("result", "ai"), ("result", "template"), *(("error", code) for code in sorted(error_codes()))],
        )
        self._cancels = self._counter(
            "propactor_cancels",
            "Generations ended from outside: asked for, abandoned by its readers, or the service stopping.",
            ("reason",),
            [(reason,) for reason in CANCELS],
        )
        self._stops = self._counter(
            "propactor_upstream_stops",
            "Stops sent to upstreams, by whether they were confirmed.",
            ("confirmed",),
            [("yes",), ("no",)],
        )
        self._fallbacks = self._counter(
            "propactor_fallbacks",
            "Moves to the next upstream, by why, and to which.",
            ("code", "to"),
            [(code, to) for code in sorted(error_codes(UpstreamFault)) for to in self._sources[:-1]],
        )
        self._switches = self._counter(
            "propactor_source_switches",
            "Changes, within a generation, of who tells it: live events, transcript or history.",
            ("from", "to"),
            [(a, b) for a in PLACES for b in PLACES if a != b],
        )
        self._rejected = self._codes("propactor_requests_rejected", "Generations not begun, by why.")

    def _add_readers(self) -> None:
        self._dropped = self._counter(
            "propactor_events_dropped",
            "Previews not delivered: a `mailbox` was full, or a `slow_reader` was too far behind.",
            ("type", "reason"),
            [(kind, reason) for kind in PREVIEWS for reason in DROPS],
        )
        self.coalesced = self._counter("propactor_deltas_coalesced", "Deltas joined to the one before.")
        self.resumes = self._counter("propactor_resumes", "Readers that came back to a place in a stream.")
        self.evicted = self._counter(
            "propactor_readers_evicted",
            "Readers that fell out of the journal and were sent away to come back.",
        )
        self.readers = Gauge("propactor_readers", "Streams open right now.", registry=self.registry)

    def _register(self, collector: FastCounter | FastHistogramFamily | Reading) -> None:
        self.registry.register(cast(Collector, collector))  # all the registry wants is `collect`

    def _histogram(self, name: str, text: str, buckets: Sequence[float], **label: Sequence[str]) -> Histogram:
        made = Histogram(name, text, list(label), buckets=buckets, registry=self.registry)
        for value in next(iter(label.values()), ()):
            made.labels(value)
        return made

    def _counter(
        self, name: str, text: str, labels: Sequence[str] = (), known: Iterable[Sequence[str]] = ()
    ) -> Counter:
        """Make a counter with all its label values, so that rates see the first event."""
        made = Counter(name, text, labels, registry=self.registry)
        for values in known:
            made.labels(*values)
        return made

    def _codes(self, name: str, text: str) -> Counter:
        return self._counter(name, text, ("code",), [(code,) for code in sorted(error_codes())])

    def read_when_scraped(
        self, name: str, text: str, read: Read, *, label: str = "", kind: Kind = "gauge"
    ) -> None:
        """Add a metric that is read at each scrape; without a label its one value is under ``""``."""
        self._register(Reading(name, text, read, label, kind))

    def journalled(self, entries: Sequence[Entry]) -> None:
        """Count entries, and how long a delta took to get here."""
        counts = self._events.counts
        for _, ts, kind, source, at, _ in entries:
            counts[kind, source or NO_SOURCE] += 1
            if at is not None:
                self._lag_to_journal.observe((ts - at) / 1000)

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

    def fell_back(self, code: str, *, to: Source | None) -> None:
        """Count a move to the next upstream."""
        self._fallbacks.labels(code, to or NO_SOURCE).inc()

    def switched(self, before: str, after: str) -> None:
        """Count a change of who tells a generation."""
        self._switches.labels(before, after).inc()

    def rejected(self, code: str) -> None:
        """Count a generation that was refused."""
        self._rejected.labels(code).inc()
