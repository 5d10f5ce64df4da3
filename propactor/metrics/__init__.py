"""The metrics of one application. Labels have closed sets of values, which no request can add to."""

from collections.abc import Sequence
from typing import get_args

from prometheus_client import CollectorRegistry

from propactor.core.entries import Entry
from propactor.core.events import KINDS, Source
from propactor.metrics.collectors import Kind, Read, Reading, register
from propactor.metrics.fast import FastCounter, FastHistogram, FastHistogramFamily
from propactor.metrics.generations import GenerationMetrics
from propactor.metrics.readers import ReaderMetrics
from propactor.metrics.upstreams import UpstreamMetrics

LAG = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
NO_SOURCE = "none"
"""The label of what no upstream has said, such as ``started``."""


class Metrics:
    """All metrics of one application, so that two don't share counts.

    What is counted for every event stands here, and the rest in parts, by what it is about.

    Args:
        sources: What events may name as their source.
    """

    def __init__(self, sources: Sequence[str] = get_args(Source)) -> None:
        self.registry = CollectorRegistry()
        self._events = FastCounter(
            "propactor_events",
            "Events journalled.",
            ("type", "source"),
            ((kind, source) for kind in KINDS.values() for source in (*sources, NO_SOURCE)),
        )
        self._lag_to_journal, self.lag_to_socket = FastHistogram(LAG), FastHistogram(LAG)
        lags = FastHistogramFamily(
            "propactor_delta_lag_seconds",
            "From the upstream's own time stamp on a delta to the journal, and to the socket.",
            "stage",
            {"journal": self._lag_to_journal, "socket": self.lag_to_socket},
        )
        register(self.registry, self._events)
        register(self.registry, lags)
        self.generations = GenerationMetrics(self.registry, (*sources, NO_SOURCE))
        self.upstreams = UpstreamMetrics(self.registry, sources)
        self.readers = ReaderMetrics(self.registry)

    def journalled(self, entries: Sequence[Entry]) -> None:
        """Count entries by kind and source, and measure how long dated deltas took to get here."""
        # Called for each flush, 25 times a second and stream: every call and lookup here counts.
        counts = self._events.counts
        for _, ts, kind, source, at, _ in entries:
            counts[kind, source or NO_SOURCE] += 1
            if at is not None:
                self._lag_to_journal.observe((ts - at) / 1000)

    def read_when_scraped(
        self, name: str, text: str, read: Read, *, label: str = "", kind: Kind = "gauge"
    ) -> None:
        """Add a metric that is read at each scrape.

        Args:
            name: Its name.
            text: What it says, in a sentence.
            read: Returns a number for each value of the label; without a label one, under ``""``.
            label: The name of its label, if it has one.
            kind: ``counter`` for what only grows.
        """
        register(self.registry, Reading(name, text, read, label, kind))
