"""The wire to the gateway: what a connection needs of one, and the WebSocket that it usually is."""

from collections.abc import Callable
from typing import Protocol

from propactor.adapters.openclaw.connection import websocket
from propactor.adapters.openclaw.connection.websocket import OnText
from propactor.core.errors import GatewayUnavailable, PropactorError

OnLost = Callable[[PropactorError], None]
_BUSY, _BUSY_PAUSE_MS = 1013, 500
"""The close code of a gateway that is starting (RFC 6455 registers it as "try again later")."""


class OpenedWire(Protocol):
    """A wire that was opened: carries text both ways until it is lost."""

    def send(self, text: bytes) -> None:
        """Send a text message.

        Raises:
            GatewayUnavailable: it can't be sent any more.
        """
        ...

    async def drain(self) -> None:
        """Wait until more can be sent. The caller brings the deadline."""
        ...

    def close(self, error: PropactorError) -> None:
        """Deliver no more text, and hang up. ``error`` says why; it isn't sent."""
        ...

    async def wait_closed(self, timeout: float) -> None:
        """Wait until the wire is closed, and close it by force after ``timeout`` seconds."""
        ...


class OpenWire(Protocol):
    """Opens a wire to the gateway."""

    async def __call__(self, *, on_text: OnText, on_lost: OnLost) -> OpenedWire:
        """Open a wire.

        Args:
            on_text: Called with each text message as it comes.
            on_lost: Called once, when the other side has ended it, with the reason.

        Raises:
            GatewayUnavailable: nobody answers, or not yet.
            GatewayRefused: what answers is no gateway, or doesn't let us in.
        """
        ...


def over_websocket(url: str, *, timeout: float) -> OpenWire:
    """Return what opens WebSockets to a gateway.

    Args:
        url: A ``ws`` or ``wss`` address.
        timeout: Seconds to connect and upgrade.
    """

    async def open_wire(*, on_text: OnText, on_lost: OnLost) -> OpenedWire:
        def lose(code: int, reason: str) -> None:
            on_lost(_loss(code, reason))

        return await websocket.open_wire(url, on_text=on_text, on_lost=lose, timeout=timeout)

    return open_wire


def _loss(code: int, reason: str) -> GatewayUnavailable:
    """Return the error that says how a WebSocket was closed."""
    why = f"closed with {code}" + (f" ({reason})" if reason else "")
    pause = _BUSY_PAUSE_MS if code == _BUSY else None
    return GatewayUnavailable(f"the connection to the gateway was lost: {why}", retry_after_ms=pause)
