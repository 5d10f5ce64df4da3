"""Metrics: closed sets of labels, there from the start, and cheap where a stream is hot."""

import random
from types import SimpleNamespace
from typing import get_args

import pytest
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families

from propactor.core.entries import Entry
from propactor.core.errors import GatewayUnavailable, UpstreamError, UpstreamFault, error_classes
from propactor.core.events import CLASSES, KINDS, Event, Progress, Source, TextDelta, Thinking
from propactor.metrics import LAG, NO_SOURCE, Metrics
from propactor.metrics.fast import FastCounter, FastHistogram, FastHistogramFamily
from propactor.metrics.gateway_link import COUNTERS, watch_link
from propactor.metrics.generations import LONG, QUICK
from tests.support.entries import entry_of


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    """Return a value, None where there is none."""
    return metrics.registry.get_sample_value(name, labels)


def exported(metrics: Metrics) -> dict[str, Metric]:
    """Return all metrics as somebody who scrapes reads them."""
    text = generate_latest(metrics.registry).decode()
    return {metric.name: metric for metric in text_string_to_metric_families(text)}


def entry(event: Event, ts: int = 0) -> Entry:
    """Return an entry."""
    return entry_of(event, ts=ts)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_events(cls: type[Event]) -> None:
    """Every class of event is counted under every source, and there before the first."""
    metrics = Metrics()

    for source in (*get_args(Source), NO_SOURCE):
        assert value(metrics, "propactor_events_total", type=KINDS[cls], source=source) == 0


def test_journalled() -> None:
    """Entries are counted by kind and source."""
    metrics = Metrics()
    events: list[Event] = [Thinking("a", source="gateway"), Thinking("b", source="gateway"), TextDelta("c")]

    metrics.journalled([entry(event) for event in events])

    assert value(metrics, "propactor_events_total", type="thinking", source="gateway") == 2
    assert value(metrics, "propactor_events_total", type="text_delta", source="none") == 1


def test_lag() -> None:
    """A delta's way to the journal is timed where the upstream dates it; a clock ahead of ours is no lag."""
    metrics = Metrics()
    deltas: list[Event] = [
        TextDelta("a", at=1000),
        TextDelta("b", at=5000),
        TextDelta("c"),
        Progress("queued"),
    ]

    metrics.journalled([entry(delta, ts=1250) for delta in deltas])
    metrics.lag_to_socket.observe(0.3)

    assert value(metrics, "propactor_delta_lag_seconds_count", stage="journal") == 2
    assert value(metrics, "propactor_delta_lag_seconds_sum", stage="journal") == 0.25
    assert value(metrics, "propactor_delta_lag_seconds_sum", stage="socket") == 0.3


def test_counts() -> None:
    """What happens to generations is counted by closed sets of reasons."""
    metrics = Metrics()

    metrics.readers.dropped("thinking", "slow_reader", 3)
    metrics.generations.finished(outcome="error", code="CANCELLED", seconds=2)
    metrics.generations.cancelled("asked")
    metrics.upstreams.stopped(confirmed=True, seconds=0.5)
    metrics.upstreams.stopped(confirmed=False, seconds=2)
    metrics.upstreams.fell_back(UpstreamError.code, to="template")
    metrics.generations.rejected(GatewayUnavailable.code)

    assert value(metrics, "propactor_events_dropped_total", type="thinking", reason="slow_reader") == 3
    assert value(metrics, "propactor_generations_finished_total", outcome="error", code="CANCELLED") == 1
    assert value(metrics, "propactor_generation_duration_seconds_sum", outcome="error") == 2
    assert value(metrics, "propactor_cancels_total", reason="asked") == 1
    assert value(metrics, "propactor_upstream_stops_total", confirmed="yes") == 1
    assert value(metrics, "propactor_upstream_stops_total", confirmed="no") == 1
    assert value(metrics, "propactor_time_to_upstream_stop_seconds_sum") == 2.5
    assert value(metrics, "propactor_fallbacks_total", code="UPSTREAM_ERROR", to="template") == 1
    assert value(metrics, "propactor_requests_rejected_total", code="GATEWAY_UNAVAILABLE") == 1


def test_there_from_the_start() -> None:
    """Nothing that is counted adds a series: rates see the first event, and the number is bounded."""
    metrics = Metrics()
    before = {(m.name, *sorted(s.labels.items())) for m in exported(metrics).values() for s in m.samples}

    metrics.generations.finished(outcome="result", code="template", seconds=1)
    metrics.generations.cancelled("abandoned")
    metrics.readers.dropped("progress", "mailbox")
    for cls in error_classes(UpstreamFault):
        metrics.upstreams.fell_back(cls.code, to="model")
    for cls in error_classes():
        metrics.generations.finished(outcome="error", code=cls.code, seconds=1)
    metrics.journalled([entry(TextDelta("a", source="template", at=1))])

    assert before == {
        (m.name, *sorted(s.labels.items())) for m in exported(metrics).values() for s in m.samples
    }
    assert len(before) < 600


def test_own_registry() -> None:
    """Two applications don't share counts."""
    first, second = Metrics(), Metrics()
    first.generations.cancelled("asked")

    assert value(second, "propactor_cancels_total", reason="asked") == 0


def test_read_when_scraped() -> None:
    """Gauges and counters that are read at each scrape say what is so then."""
    metrics, states, frames = Metrics(), {"open": 1.0, "shut": 0.0}, {"": 5.0}
    metrics.read_when_scraped("link", "The link.", lambda: states, label="state")
    metrics.read_when_scraped("frames", "Frames.", lambda: frames, kind="counter")

    states["shut"], frames[""] = 2.0, 6.0

    assert value(metrics, "link", state="shut") == 2
    assert value(metrics, "frames_total") == 6
    assert exported(metrics)["frames"].type == "counter"


def test_described() -> None:
    """Everything exported has our prefix and a sentence."""
    for name, metric in exported(Metrics()).items():
        assert name.startswith("propactor_")
        assert metric.documentation.endswith(".")


def test_no_secrets_in_labels() -> None:
    """No label holds what a request says: prompts, ids, models."""
    labels = {label for m in exported(Metrics()).values() for sample in m.samples for label in sample.labels}

    assert labels == {"type", "source", "stage", "le", "outcome", "code", "reason", "confirmed", "from", "to"}


@pytest.mark.parametrize("buckets", [LAG, QUICK, LONG])
def test_buckets(buckets: tuple[float, ...]) -> None:
    """Bounds grow."""
    assert list(buckets) == sorted(set(buckets))


def test_spread() -> None:
    """The cheap histogram says what the library's would, at its bounds too."""
    seconds = [*LAG, *(random.Random(7).uniform(0, 12) for _ in range(200))]
    spread, registry = FastHistogram(LAG), CollectorRegistry()
    theirs = Histogram("h", "A histogram.", ["stage"], buckets=LAG, registry=registry)
    for second in seconds:
        spread.observe(second)
        theirs.labels("journal").observe(second)

    (ours,) = FastHistogramFamily("h", "A histogram.", "stage", {"journal": spread}).collect()

    for sample in ours.samples:
        assert registry.get_sample_value(sample.name, sample.labels) == pytest.approx(sample.value)
    assert len(ours.samples) == len(LAG) + 3


def test_tally() -> None:
    """The cheap counter exports every combination."""
    tally = FastCounter("c", "A counter.", ("a", "b"), [("1", "2"), ("3", "4")])
    tally.counts["1", "2"] += 1

    (family,) = tally.collect()

    assert [(s.name, s.labels, s.value) for s in family.samples] == [
        ("c_total", {"a": "1", "b": "2"}, 1),
        ("c_total", {"a": "3", "b": "4"}, 0),
    ]


def test_gateway_link() -> None:
    """The link's state is 1 among those there are, and what it counts is read at each scrape."""
    metrics, counted = Metrics(), SimpleNamespace(**dict.fromkeys(COUNTERS, 0))
    watch_link(metrics, ("connecting", "ready"), lambda: "ready", counted)

    counted.frames = 3

    assert value(metrics, "propactor_gateway_frames_total") == 3
    assert value(metrics, "propactor_gateway_losses_total") == 0
    assert value(metrics, "propactor_gateway_link_state", state="ready") == 1
    assert value(metrics, "propactor_gateway_link_state", state="connecting") == 0
