"""One connection: requests out, responses in, and what happens at its end."""

import asyncio

import pytest

from propactor.adapters.openclaw.connection.connection import Connection
from propactor.adapters.openclaw.connection.dispatcher import Counters
from propactor.core.errors import GatewayUnavailable, PropactorError
from tests.adapters.openclaw.connection.fake_wire import FakeWire
from tests.adapters.openclaw.connection.linked import SOON, Listener

LOST = GatewayUnavailable("the connection to the gateway was lost")


async def opened(wire: FakeWire) -> Connection:
    """Return a connection over a wire."""
    connection = Connection(Counters())
    await connection.open(wire.open)
    return connection


async def test_request_that_cannot_be_sent() -> None:
    """A request that the wire doesn't take is told to whoever asks, and nobody waits for its answer."""
    connection = await opened(wire := FakeWire())
    wire.full = True

    with pytest.raises(GatewayUnavailable, match="doesn't read"):
        connection.post("agent", {}, Listener())

    assert connection.dispatcher.size == 0


async def test_request_after_the_loss() -> None:
    """On a connection that is lost nothing is sent."""
    connection = await opened(wire := FakeWire())
    wire.on_lost(LOST)

    with pytest.raises(GatewayUnavailable, match="closed"):
        connection.post("agent", {}, Listener())

    assert wire.sent == []
    with pytest.raises(GatewayUnavailable, match="closed"):
        Connection(Counters()).post("agent", {}, Listener())


async def test_end() -> None:
    """At its end the owner learns first, once; then who waits; and the wire is closed with the reason."""
    connection = await opened(wire := FakeWire())
    told: list[object] = []
    connection.on_end = lambda _: told.append("owner")
    connection.post("agent", {}, waiter := Listener())
    waiter.failed.add_done_callback(lambda _: told.append("waiter"))

    wire.on_lost(LOST)
    connection.end(LOST)
    await asyncio.wait_for(waiter.failed, SOON)
    await asyncio.sleep(0)

    assert told == ["owner", "waiter"]
    assert set(wire.closed) == {LOST}


async def test_lost_while_it_opens() -> None:
    """A wire that is lost before it was handed over opens no connection."""
    wire = FakeWire()

    async def lose(**callbacks: object) -> FakeWire:
        await wire.open(**callbacks)  # type: ignore[arg-type]  # they are passed on as they are
        wire.on_lost(LOST)
        return wire

    with pytest.raises(PropactorError, match="lost"):
        await Connection(Counters()).open(lose)


async def test_call_waits_for_room() -> None:
    """A call waits while the wire is full, but not beyond its deadline."""
    connection = await opened(wire := FakeWire())
    wire.room.clear()

    with pytest.raises(GatewayUnavailable, match="didn't answer"):
        await connection.call("health", {}, timeout=0.01)

    assert wire.sent == []
