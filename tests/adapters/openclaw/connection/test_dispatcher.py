"""The dispatcher: reads frames, hands each to whom it concerns, and skips what is nobody's."""

import json
import logging
from collections.abc import Mapping
from typing import Any

import pytest

from propactor.adapters.openclaw.connection.dispatcher import Counters, Dispatcher
from propactor.adapters.openclaw.protocol.text_event import TextEvent
from propactor.core.errors import GatewayUnavailable, InternalError, PropactorError

DELTA = {"runId": "r", "stream": "assistant", "data": {"delta": "a"}, "seq": 1, "ts": 5}
TOOL = {"runId": "r", "stream": "tool", "data": {"phase": "start"}}


class Sink:
    """Keeps what it gets; ``short`` says whether it takes deltas the short way; a broken one raises."""

    def __init__(self, *, short: bool = True, broken: bool = False) -> None:
        self.short, self.broken = short, broken
        self.texts: list[str] = []
        self.payloads: list[Mapping[str, Any]] = []
        self.failures: list[PropactorError] = []

    def receive_text(self, event: TextEvent) -> bool:
        """Take a delta, or ask for all of it."""
        if self.broken:
            raise ZeroDivisionError
        if self.short:
            self.texts.append(event.data.delta)
        return self.short

    def receive(self, payload: Mapping[str, Any]) -> None:
        """Keep an event."""
        if self.broken:
            raise ZeroDivisionError
        self.payloads.append(payload)

    def fail(self, error: PropactorError) -> None:
        """Keep a failure."""
        self.failures.append(error)


class SessionObserver:
    """Keeps what it learns; a broken one raises."""

    def __init__(self, *, broken: bool = False) -> None:
        self.unrouted: list[Mapping[str, Any]] = []
        self.news: list[Mapping[str, Any]] = []
        self.broken = broken

    def on_unrouted(self, payload: Mapping[str, Any]) -> None:
        """Keep an event."""
        if self.broken:
            raise ZeroDivisionError
        self.unrouted.append(payload)

    def on_stored(self, payload: Mapping[str, Any]) -> None:
        """Keep news."""
        self.news.append(payload)


def event(payload: object, name: str = "agent") -> bytes:
    """Write an event as gateways do: without blanks, the kind first."""
    return json.dumps({"type": "event", "event": name, "payload": payload}, separators=(",", ":")).encode()


def routed(sink: Sink) -> tuple[Dispatcher, Counters]:
    """Return a dispatcher that knows one run."""
    counters = Counters()
    dispatcher = Dispatcher(counters)
    dispatcher.route("r", sink)
    return dispatcher, counters


@pytest.mark.parametrize("short", [True, False])
def test_deltas(short: bool) -> None:
    """A delta takes the short way; a sink that asks for it gets the whole event instead."""
    sink = Sink(short=short)
    dispatcher, counters = routed(sink)

    dispatcher.receive(event(DELTA))

    assert (sink.texts, sink.payloads) == ((["a"], []) if short else ([], [DELTA]))
    assert (counters.frames, counters.bytes) == (1, len(event(DELTA)))


def test_whole_events() -> None:
    """What is no delta, or no ordinary one, comes as it is."""
    sink = Sink()
    dispatcher, _ = routed(sink)
    odd: list[object] = [
        {**DELTA, "ts": 1.5},
        {**DELTA, "data": {"delta": "\ud83d"}},
        {**DELTA, "data": {"delta": 5}},
    ]

    for payload in (TOOL, *odd):
        dispatcher.receive(event(payload))

    assert sink.payloads == [TOOL, *odd]
    assert sink.texts == []


@pytest.mark.parametrize(
    "data",
    [
        b"no json",
        b"[]",
        b"{}",
        b'{"type":"event","event":"agent"}',
        event([]),
        event({"runId": []}),
        event({"runId": {}, "stream": []}),
        event({**DELTA, "runId": "somebody else's"}),
        event(DELTA, "chat"),
        event({"sessionKey": "k"}, "session.message"),
        b'{"type":"res","id":[]}',
    ],
)
def test_nobody_minds(data: bytes) -> None:
    """Whatever a gateway sends that is nobody's is skipped, of whatever type it is."""
    sink = Sink()
    dispatcher, counters = routed(sink)

    dispatcher.receive(data)
    dispatcher.receive(event(DELTA))

    assert (sink.texts, sink.payloads, sink.failures, counters.defects) == (["a"], [], [], 0)


def test_unread() -> None:
    """Events that nobody reads are skipped without a look, and counted."""
    dispatcher, counters = routed(Sink())

    for data in (event(DELTA, "chat"), event(DELTA, "session.message"), b"no json"):
        dispatcher.receive(data)

    assert (counters.frames, counters.skipped, counters.bad_frames) == (3, 2, 1)


def test_observer() -> None:
    """An observer learns of its own session: of runs without a sink, and of what was stored."""
    dispatcher, one = Dispatcher(Counters()), SessionObserver()
    dispatcher.sessions["k"] = one
    payloads: list[dict[str, object]] = [
        {**DELTA, "sessionKey": "k"},
        {**TOOL, "sessionKey": "k"},
        {**DELTA, "sessionKey": "other"},
    ]

    for payload in payloads:
        dispatcher.receive(event(payload))
        dispatcher.receive(event({"sessionKey": payload["sessionKey"]}, "session.message"))

    assert (one.unrouted, one.news) == (payloads[:2], [{"sessionKey": "k"}] * 2)


@pytest.mark.parametrize("payload", [DELTA, TOOL])
def test_broken_sink(payload: Mapping[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    """A sink that raises is failed, logged and forgotten; its neighbours go on."""
    broken, good = Sink(broken=True), Sink()
    dispatcher, counters = routed(broken)
    dispatcher.route("good", good)

    with caplog.at_level(logging.ERROR):
        for one in (payload, payload, {**DELTA, "runId": "good"}):
            dispatcher.receive(event(one))

    assert [type(error) for error in broken.failures] == [InternalError]
    assert (good.texts, counters.defects, len(caplog.records)) == (["a"], 1, 1)


def test_broken_observer(caplog: pytest.LogCaptureFixture) -> None:
    """An observer that fails is told no more; nobody else notices."""
    counters = Counters()
    dispatcher = Dispatcher(counters)
    dispatcher.sessions["k"] = SessionObserver(broken=True)

    with caplog.at_level(logging.ERROR):
        for _ in range(2):
            dispatcher.receive(event({**TOOL, "sessionKey": "k"}))

    assert (len(caplog.records), counters.defects) == (1, 1)


def test_lost() -> None:
    """Of a connection that is lost nobody learns anything more, and nobody is kept."""
    sink = Sink()
    dispatcher, _ = routed(sink)
    dispatcher.sessions["k"] = SessionObserver()

    dispatcher.fail(GatewayUnavailable("gone"))
    dispatcher.receive(event(DELTA))

    assert (dispatcher.sessions, dispatcher.size, sink.texts) == ({}, 0, [])
