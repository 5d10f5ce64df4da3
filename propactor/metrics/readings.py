"""Values that are read when somebody scrapes, so that they cost nothing in between."""

from collections.abc import Callable, Iterator, Mapping
from typing import Literal, NamedTuple

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

Read = Callable[[], Mapping[str, float]]
Kind = Literal["gauge", "counter"]


class Reading(NamedTuple):
    """One metric: ``read`` returns a number for each value of ``label``, or one under ``""``."""

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
