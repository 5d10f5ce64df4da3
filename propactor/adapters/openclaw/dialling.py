"""Connect to the gateway, and tell why that fails."""

import asyncio
import ssl
from collections.abc import Callable

from websockets.exceptions import InvalidHandshake, InvalidStatus, InvalidURI, WebSocketException
from websockets.uri import parse_uri

from propactor.adapters.openclaw.wire import MAX_SIZE, OnLost, OnText, Wire
from propactor.core.errors import GatewayRefused, GatewayUnavailable, PropactorError


async def open_wire(
    url: str, *, on_text: OnText, on_lost: OnLost, timeout: float, max_size: int = MAX_SIZE
) -> Wire:
    """Connect and upgrade. No proxy, no Origin header, no compression: a gateway wants none of them.

    Raises:
        GatewayUnavailable: nobody answers there, or not in time, or not yet.
        GatewayRefused: what answers is no gateway, or doesn't let us upgrade.
    """
    wire: Wire | None = None
    try:
        async with asyncio.timeout(timeout):
            wire = await _dial(url, lambda: Wire(url, on_text=on_text, on_lost=on_lost, max_size=max_size))
            await wire.opened
    except (OSError, TimeoutError, WebSocketException) as exc:
        raise _unopened(exc) from exc
    finally:
        if wire is not None and not _is_open(wire):
            wire.abort()
    return wire


def _is_open(wire: Wire) -> bool:
    return wire.opened.done() and not wire.opened.cancelled() and wire.opened.exception() is None


async def _dial(url: str, factory: Callable[[], Wire]) -> Wire:
    """Open the TCP connection, with TLS for ``wss``."""
    place = parse_uri(url)
    context = ssl.create_default_context() if place.secure else None
    _, wire = await asyncio.get_running_loop().create_connection(factory, place.host, place.port, ssl=context)
    return wire


def _unopened(exc: Exception) -> PropactorError:
    """Tell why there is no connection."""
    if isinstance(exc, InvalidURI):
        return GatewayRefused(
            "the gateway's address is not a WebSocket address (set [gateway] url to ws://host:port)"
        )
    if isinstance(exc, InvalidStatus):
        status = exc.response.status_code
        if status >= 500:
            return GatewayUnavailable(f"the gateway is starting or stopping: HTTP {status}")
        return GatewayRefused(f"the gateway refused the connection: HTTP {status}")
    if isinstance(exc, InvalidHandshake):
        return GatewayUnavailable("what answers at the gateway's address doesn't speak WebSocket")
    if isinstance(exc, TimeoutError):
        return GatewayUnavailable("the gateway didn't answer in time")
    return GatewayUnavailable("nobody answers at the gateway's address")
