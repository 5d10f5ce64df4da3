"""Which source tells what, by what the gateway can do and what we can read."""

from typing import get_args

import pytest

from propactor.adapters.openclaw.protocol import capabilities, stored
from propactor.adapters.openclaw.protocol.capabilities import parse
from propactor.metrics.upstreams import PLACES
from tests.adapters.openclaw.recordings import hello


@pytest.mark.parametrize(
    ("version", "files", "thoughts", "missed"),
    [
        ("2026.2.9", True, "transcript", "transcript"),
        ("2026.2.9", False, "history", "history"),
        ("2026.2.26", True, "transcript", "transcript"),
        ("2026.7.1", True, "gateway", "history"),
        ("2026.9.6", True, "gateway", "history"),
        ("2026.9.6", False, "gateway", "history"),
    ],
)
def test_sources(version: str, thoughts: str, missed: str, *, files: bool) -> None:
    """February keeps its thoughts for its files; later gateways tell them, and give their history."""
    gateway = parse(hello(f"{version}-text"))

    assert capabilities.thoughts_from(gateway, files=files) == thoughts
    assert capabilities.missed_from(gateway, files=files) == missed


def test_unheard() -> None:
    """What events never tell isn't waited for."""
    protocol_3, today = parse(hello("2026.2.9-text")), parse(hello("2026.9.6-text"))

    assert capabilities.unheard(protocol_3, tools=True) == {stored.Thought}
    assert capabilities.unheard(protocol_3, tools=False) == {stored.Thought, stored.Call, stored.Outcome}
    assert capabilities.unheard(today, tools=True) == set()


def test_places() -> None:
    """Every source that can tell a run has its place among the metric's labels, and no other has."""
    assert get_args(capabilities.Place) == PLACES
