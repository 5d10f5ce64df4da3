"""A tap on a wire: what it takes down of what passes, and that it changes nothing of it."""

from typing import Any

import pytest

from propactor.adapters.openclaw.connection.wire import OpenedWire
from propactor.adapters.openclaw.protocol import requests
from propactor.adapters.openclaw.recording import tap
from propactor.core.errors import GatewayUnavailable
from propactor.core.recording import Tape
from tests.adapters.openclaw.connection.fake_wire import FakeWire

EVENT = b'{"type":"event","event":"%b","payload":{}}'
LOST = GatewayUnavailable("the connection to the gateway was lost: closed with 1006")


async def tapped(wire: FakeWire) -> tuple[OpenedWire, Tape, list[object]]:
    """Return a wire that is tapped, the tape, and what its owner is told."""
    tape, told = Tape(lambda: 0.0), list[object]()
    opened = await tap.wires(wire.open, tape)(on_text=told.append, on_lost=told.append)
    return opened, tape, told


def written(tape: Tape) -> list[dict[str, Any]]:
    """Return what is on the tape."""
    return [dict(frame.data) for frame in tape.frames()]


async def test_both_directions() -> None:
    """What is sent and what comes is on the tape as it was, and goes on to where it should."""
    opened, tape, told = await tapped(wire := FakeWire())

    opened.send(request := requests.request("p2", "agent", {}))
    wire.on_text(EVENT % b"agent")

    assert (wire.sent, told) == ([request], [EVENT % b"agent"])
    assert [(direction, data) for _, direction, _, data in tape.lines] == [
        ("out", request),
        ("in", EVENT % b"agent"),
    ]


async def test_token() -> None:
    """The introduction, which holds the token, is sent and not taken down."""
    opened, tape, _ = await tapped(wire := FakeWire())

    opened.send(requests.request("p1", "connect", requests.connect("SECRET")))

    assert b"SECRET" in wire.sent[0]
    assert tape.lines == []


async def test_of_no_use() -> None:
    """Events that nobody reads go on, but not onto the tape."""
    _, tape, told = await tapped(wire := FakeWire())

    for kind in (b"chat", b"tick", b"session.message"):
        wire.on_text(EVENT % kind)

    assert len(told) == 3
    assert [frame["event"] for frame in written(tape)] == ["session.message"]


async def test_lost() -> None:
    """A loss is taken down once, with its reason, though its owner hangs up then."""
    opened, tape, told = await tapped(wire := FakeWire())

    wire.on_lost(LOST)
    opened.close(LOST)

    assert told == wire.closed == [LOST]
    assert written(tape) == [{"type": "closed", "code": LOST.code, "message": LOST.message}]


async def test_hung_up() -> None:
    """A connection that we end, such as a silent one, is lost as well; the tape has the reason."""
    opened, tape, _ = await tapped(FakeWire())

    opened.close(GatewayUnavailable("silent for 70 s"))

    assert [frame["message"] for frame in written(tape)] == ["silent for 70 s"]


async def test_nobody_there() -> None:
    """That nobody answered is taken down, too."""
    tape = Tape(lambda: 0.0)

    with pytest.raises(GatewayUnavailable):
        await tap.wires(FakeWire(LOST).open, tape)(on_text=print, on_lost=print)

    assert [frame["type"] for frame in written(tape)] == ["closed"]
