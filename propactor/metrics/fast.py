"""Counting where a stream is hot: plain integers, turned into metrics when somebody scrapes.

A counter of prometheus-client takes a lock for each increment and a histogram two: 1.2 µs each, several
times a delta. Our event loop is one thread and needs none.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.utils import floatToGoString


class FastCounter:
    """A counter with labels; every combination is there from the start, so that rates see the first event."""

    def __init__(self, name: str, text: str, labels: Sequence[str], keys: Iterable[tuple[str, ...]]) -> None:
        self.counts = dict.fromkeys(keys, 0)
        self._name, self._text, self._labels = name, text, labels

    def collect(self) -> Iterator[Metric]:
        """Yield the counter as it stands."""
        family = CounterMetricFamily(self._name, self._text, labels=self._labels)
        for key, count in self.counts.items():
            family.add_metric(key, count)
        yield family


class FastHistogram:
    """A histogram of one label value: how many observations fell at or below each bound, in seconds."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, seconds: float) -> None:
        """Count one observation; one from a clock that is behind another counts as nothing."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        if seconds > 0:
            self._sum += seconds

    def add_to(self, family: HistogramMetricFamily, label: str) -> None:
        """Write it into a family."""
        bounds = [*map(floatToGoString, self._bounds), "+Inf"]
        family.add_metric([label], list(zip(bounds, accumulate(self._counts), strict=True)), self._sum)


class FastHistogramFamily:
    """A histogram with one label, of which all values are known."""

    def __init__(self, name: str, text: str, label: str, spreads: Mapping[str, FastHistogram]) -> None:
        self._name, self._text, self._label, self._spreads = name, text, label, spreads

    def collect(self) -> Iterator[Metric]:
        """Yield the histogram as it stands."""
        family = HistogramMetricFamily(self._name, self._text, labels=[self._label])
        for value, spread in self._spreads.items():
            spread.add_to(family, value)
        yield family
