"""Who learns what happens in a session beyond the runs that have a sink."""

import logging
from collections.abc import Mapping
from typing import Any

import pytest

from propactor.adapters.openclaw.exchange import Exchange
from propactor.core.errors import GatewayUnavailable


class Attendant:
    """Keeps what it learns; a broken one raises."""

    def __init__(self, *, broken: bool = False) -> None:
        self.strays: list[Mapping[str, Any]] = []
        self.news: list[Mapping[str, Any]] = []
        self.broken = broken

    def stray(self, payload: Mapping[str, Any]) -> None:
        """Keep an event."""
        if self.broken:
            raise ZeroDivisionError
        self.strays.append(payload)

    def stored(self, payload: Mapping[str, Any]) -> None:
        """Keep news."""
        self.news.append(payload)


def test_attends() -> None:
    """An attendant learns of its own session: of runs without a sink, and of what was stored."""
    exchange, one = Exchange(), Attendant()
    exchange.sessions["k"] = one

    for key in ("k", "other"):
        exchange.event({"runId": "r", "sessionKey": key})
        exchange.stored({"sessionKey": key})

    assert (one.strays, one.news) == ([{"runId": "r", "sessionKey": "k"}], [{"sessionKey": "k"}])


def test_defect(caplog: pytest.LogCaptureFixture) -> None:
    """An attendant that fails is told no more; nobody else notices."""
    exchange = Exchange()
    exchange.sessions["k"] = Attendant(broken=True)

    with caplog.at_level(logging.ERROR):
        assert [exchange.event({"runId": "r", "sessionKey": "k"}) for _ in range(2)] == [1, 0]

    assert len(caplog.records) == 1


def test_lost() -> None:
    """Nobody attends a connection that is lost."""
    exchange = Exchange()
    exchange.sessions["k"] = Attendant()

    exchange.fail(GatewayUnavailable("gone"))

    assert not exchange.sessions
