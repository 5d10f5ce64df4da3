"""Exports the state of the link to the gateway, and what the link counts, read at each scrape."""

from collections.abc import Callable, Sequence
from functools import partial

from propactor.metrics import Metrics

COUNTERS = {
    "connections": "Connections to the gateway made; all but the first are reconnects.",
    "losses": "Connections to the gateway lost.",
    "frames": "Frames received from the gateway.",
    "skipped": "Frames of no use to us, left unread.",
    "bad_frames": "Frames that weren't JSON.",
    "bytes": "Bytes received on connections that have ended.",
    "defects": "Frames that a run of ours failed to take.",
}


def watch_link(metrics: Metrics, states: Sequence[str], state: Callable[[], str], counters: object) -> None:
    """Let scrapes read the link to the gateway.

    Args:
        metrics: What exports it.
        states: The states that the link can be in.
        state: Returns the one that it is in.
        counters: Holds what the link has counted, as attributes.
    """
    metrics.read_when_scraped(
        "propactor_gateway_link_state",
        "1 for the state the link is in.",
        lambda: {name: float(name == state()) for name in states},
        label="state",
    )
    for name, text in COUNTERS.items():
        read = partial(_count, counters, name)
        metrics.read_when_scraped(f"propactor_gateway_{name}", text, read, kind="counter")


def _count(counters: object, name: str) -> dict[str, float]:
    return {"": float(getattr(counters, name))}
