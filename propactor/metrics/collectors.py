"""Makes counters and histograms of prometheus-client, and metrics that are read at each scrape."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol, cast

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

Read = Callable[[], Mapping[str, float]]
Kind = Literal["gauge", "counter"]


class Collecting(Protocol):
    """All that a registry asks of a metric; the library's base class has more."""

    def collect(self) -> Iterator[Metric]:
        """Yield the metric as it is now."""
        ...


def register(registry: CollectorRegistry, collector: Collecting) -> None:
    """Export a metric that is not of the library's classes."""
    registry.register(cast(Collector, collector))


def counter(
    registry: CollectorRegistry,
    name: str,
    text: str,
    labels: Sequence[str] = (),
    known: Iterable[Sequence[str]] = (),
) -> Counter:
    """Make a counter with all its label values, so that rates see the first event.

    Args:
        registry: What exports it.
        name: Its name, without ``_total``.
        text: What it counts, in a sentence.
        labels: The names of its labels.
        known: The values that the labels can have together.
    """
    made = Counter(name, text, labels, registry=registry)
    for values in known:
        made.labels(*values)
    return made


def histogram(
    registry: CollectorRegistry, name: str, text: str, buckets: Sequence[float], **label: Sequence[str]
) -> Histogram:
    """Make a histogram, with all the values of its label if it has one.

    Args:
        registry: What exports it.
        name: Its name.
        text: What it measures, in a sentence.
        buckets: Upper bounds, in seconds.
        label: The one label's name, and the values that it can have.
    """
    made = Histogram(name, text, list(label), buckets=buckets, registry=registry)
    for value in next(iter(label.values()), ()):
        made.labels(value)
    return made


class Reading(NamedTuple):
    """A metric that costs nothing between scrapes.

    ``read`` returns a number for each value of ``label``, or one under ``""``.
    """

    name: str
    text: str
    read: Read
    label: str
    kind: Kind

    def collect(self) -> Iterator[Metric]:
        """Read it."""
        labels = [self.label] if self.label else None
        make = GaugeMetricFamily if self.kind == "gauge" else CounterMetricFamily
        family = make(self.name, self.text, labels=labels)
        for of, value in self.read().items():
            family.add_metric([of] if self.label else [], value)
        yield family
