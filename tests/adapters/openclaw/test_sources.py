"""Which source tells what, by what the gateway can do and what we can read."""

from typing import get_args

import pytest

from propactor.adapters.openclaw import sources, stored
from propactor.adapters.openclaw.capabilities import parse
from propactor.metrics import PLACES
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

    assert sources.thoughts_from(gateway, files=files) == thoughts
    assert sources.missed_from(gateway, files=files) == missed


def test_unheard() -> None:
    """What events never tell isn't waited for."""
    protocol_3, today = parse(hello("2026.2.9-text")), parse(hello("2026.9.6-text"))

    assert sources.unheard(protocol_3, tools=True) == {stored.Thought}
    assert sources.unheard(protocol_3, tools=False) == {stored.Thought, stored.Call, stored.Outcome}
    assert sources.unheard(today, tools=True) == set()


def test_places() -> None:
    """Every source that can tell a run has its place among the metric's labels, and no other has."""
    assert get_args(sources.Place) == PLACES
