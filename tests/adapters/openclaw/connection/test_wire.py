"""WebSockets as wires: how their loss is told."""

import asyncio

import pytest

from propactor.adapters.openclaw.connection.wire import over_websocket
from propactor.core.errors import GatewayUnavailable, PropactorError
from tests.adapters.openclaw.connection.linked import SOON
from tests.adapters.openclaw.gateway import Gateway, eventually, running


@pytest.mark.parametrize(
    ("code", "reason", "words", "pause"),
    [
        (1000, "", "closed with 1000", None),
        (1012, "service restart", "closed with 1012 (service restart)", None),
        (1013, "gateway starting", "closed with 1013 (gateway starting)", 500),
    ],
)
async def test_loss(code: int, reason: str, words: str, pause: int | None) -> None:
    """A loss says how the gateway closed, and when to try again if that was because it is starting."""
    gateway = Gateway("2026.9.6-text")
    lost: asyncio.Future[PropactorError] = asyncio.get_running_loop().create_future()
    async with running(gateway):
        open_wire = over_websocket(gateway.url, timeout=SOON)
        wire = await open_wire(on_text=lambda _: None, on_lost=lost.set_result)
        await eventually(lambda: bool(gateway.connections))

        await gateway.connections[0].close(code, reason)

        error = await asyncio.wait_for(lost, SOON)
        await wire.wait_closed(SOON)
    assert isinstance(error, GatewayUnavailable)
    assert error.message == f"the connection to the gateway was lost: {words}"
    assert error.retry_after_ms == pause
