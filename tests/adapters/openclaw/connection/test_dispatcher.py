"""Who learns what happens in a session beyond the runs that have a sink."""

import logging
from collections.abc import Mapping
from typing import Any

import pytest

from propactor.adapters.openclaw.connection.dispatcher import Dispatcher
from propactor.core.errors import GatewayUnavailable


class SessionObserver:
    """Keeps what it learns; a broken one raises."""

    def __init__(self, *, broken: bool = False) -> None:
        self.strays: list[Mapping[str, Any]] = []
        self.news: list[Mapping[str, Any]] = []
        self.broken = broken

    def on_unrouted(self, payload: Mapping[str, Any]) -> None:
        """Keep an event."""
        if self.broken:
            raise ZeroDivisionError
        self.strays.append(payload)

    def on_stored(self, payload: Mapping[str, Any]) -> None:
        """Keep news."""
        self.news.append(payload)


def test_attends() -> None:
    """An observer learns of its own session: of runs without a sink, and of what was stored."""
    dispatcher, one = Dispatcher(), SessionObserver()
    dispatcher.sessions["k"] = one

    for key in ("k", "other"):
        dispatcher.event({"runId": "r", "sessionKey": key})
        dispatcher.on_stored({"sessionKey": key})

    assert (one.strays, one.news) == ([{"runId": "r", "sessionKey": "k"}], [{"sessionKey": "k"}])


def test_defect(caplog: pytest.LogCaptureFixture) -> None:
    """An observer that fails is told no more; nobody else notices."""
    dispatcher = Dispatcher()
    dispatcher.sessions["k"] = SessionObserver(broken=True)

    with caplog.at_level(logging.ERROR):
        assert [dispatcher.event({"runId": "r", "sessionKey": "k"}) for _ in range(2)] == [1, 0]

    assert len(caplog.records) == 1


def test_lost() -> None:
    """Nobody attends a connection that is lost."""
    dispatcher = Dispatcher()
    dispatcher.sessions["k"] = SessionObserver()

    dispatcher.fail(GatewayUnavailable("gone"))

    assert not dispatcher.sessions
