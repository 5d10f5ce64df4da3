"""Counters and histograms for what happens with every delta: plain integers, exported at each scrape.

A counter of prometheus-client takes a lock for each increment, and a histogram two: 1.2 µs each (measured),
several times a delta. All counting is done in the event loop's thread, which needs no lock.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.utils import floatToGoString


class FastCounter:
    """A counter with labels. Count by ``counts[values] += 1``.

    Args:
        name: Its name, without ``_total``.
        text: What it counts, in a sentence.
        labels: The names of its labels.
        keys: All combinations of values. They are exported from the start, so that rates see the first event.
    """

    def __init__(self, name: str, text: str, labels: Sequence[str], keys: Iterable[tuple[str, ...]]) -> None:
        self.counts = dict.fromkeys(keys, 0)
        self._name, self._text, self._labels = name, text, labels

    def collect(self) -> Iterator[Metric]:
        """Yield the counter as it is now."""
        family = CounterMetricFamily(self._name, self._text, labels=self._labels)
        for key, count in self.counts.items():
            family.add_metric(key, count)
        yield family


class FastHistogram:
    """The observations under one value of a histogram's label.

    Args:
        bounds: Upper bounds of the buckets, in seconds, growing.
    """

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, seconds: float) -> None:
        """Count an observation. A negative one, between clocks that differ, adds nothing to the sum."""
        self._counts[bisect_left(self._bounds, seconds)] += 1
        if seconds > 0:
            self._sum += seconds

    def add_to(self, family: HistogramMetricFamily, label: str) -> None:
        """Add it to what is exported, under a value of the label."""
        bounds = [*map(floatToGoString, self._bounds), "+Inf"]
        family.add_metric([label], list(zip(bounds, accumulate(self._counts), strict=True)), self._sum)


class FastHistogramFamily:
    """A histogram with one label, all values of which are known.

    Args:
        name: Its name.
        text: What it measures, in a sentence.
        label: The name of its label.
        histograms: The observations by the label's values.
    """

    def __init__(self, name: str, text: str, label: str, histograms: Mapping[str, FastHistogram]) -> None:
        self._name, self._text, self._label, self._histograms = name, text, label, histograms

    def collect(self) -> Iterator[Metric]:
        """Yield the histogram as it is now."""
        family = HistogramMetricFamily(self._name, self._text, labels=[self._label])
        for value, histogram in self._histograms.items():
            histogram.add_to(family, value)
        yield family
