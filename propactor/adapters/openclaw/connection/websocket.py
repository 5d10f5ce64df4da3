"""A WebSocket client as an asyncio protocol: bytes in, text messages out, without a task in between.

The core of the `websockets` library does the protocol: handshake, control frames, closing, errors. Text is
split from the bytes by ``FrameSplitter``, for a tenth of what it costs there.
"""

import asyncio
import ssl
from collections.abc import Callable
from typing import cast

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake, InvalidStatus, InvalidURI, WebSocketException
from websockets.frames import CloseCode
from websockets.protocol import State
from websockets.uri import parse_uri

from propactor.adapters.openclaw.connection.send_buffer import SendBuffer
from propactor.adapters.openclaw.connection.upgrade import Upgrade
from propactor.adapters.openclaw.protocol.framing import FrameSplitter, TooManyFragments
from propactor.core.errors import GatewayRefused, GatewayUnavailable, PropactorError

MAX_SIZE = 32 * 1024 * 1024
"""Bytes of a message. The final response of a run echoes the whole prompt."""
LINGER = 2.0
"""Seconds to wait for the other side to close the socket, before it is closed by force."""

OnText = Callable[[bytes], None]
OnLost = Callable[[int, str], None]


class Wire(asyncio.Protocol):
    """A WebSocket, open or about to be.

    Args:
        url: A ``ws`` or ``wss`` address.
        on_text: Called with each text message as it comes.
        on_lost: Called once, at the end, with the close code and the reason.
        max_size: The most bytes a message may have.
    """

    _transport: asyncio.Transport
    _buffer: SendBuffer
    """Set by ``connection_made``, before anybody has the wire."""

    def __init__(self, url: str, *, on_text: OnText, on_lost: OnLost, max_size: int = MAX_SIZE) -> None:
        self._websocket = ClientProtocol(parse_uri(url), max_size=max_size)
        self._upgrade = Upgrade(self._websocket)
        self._splitter = FrameSplitter(on_text=on_text, on_other=self._validate, max_size=max_size)
        self._on_lost = on_lost
        self._closing = False
        self._closed = asyncio.Event()
        self._hang_up: asyncio.TimerHandle | None = None
        self._replying = False
        self._behind = False

    @property
    def opened(self) -> asyncio.Future[None]:
        """Return what is done when the upgrade is, or has failed."""
        return self._upgrade.outcome

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the upgrade request."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one without being an instance
        self._buffer = SendBuffer(self._transport)
        self._websocket.send_request(self._websocket.connect())
        self._flush()

    def data_received(self, data: bytes) -> None:
        """Read what the socket has, as many frames as a turn of the loop is for."""
        if not self._upgrade.done:
            data = self._read_response(data)
        try:
            behind = self._splitter.push(data)
        except TooManyFragments as exc:
            behind, self._replying = False, True
            self._websocket.fail(CloseCode.MESSAGE_TOO_BIG, str(exc))
        if self._replying:
            self._flush()
        if behind and not self._behind and not self._transport.is_closing():
            self._behind = True
            self._transport.pause_reading()
            asyncio.get_running_loop().call_soon(self._read_on)

    def connection_lost(self, exc: Exception | None) -> None:
        """End whatever waits, and tell the owner why."""
        self._websocket.receive_eof()
        self._buffer.close()
        self._closed.set()
        if self._hang_up is not None:
            self._hang_up.cancel()
        self._upgrade.fail(self._websocket.handshake_exc or ConnectionError("the connection was closed"))
        self._on_lost(*_why_lost(self._websocket, exc))

    def pause_writing(self) -> None:
        """Note that the socket is full."""
        self._buffer.pause()

    def resume_writing(self) -> None:
        """Note that the socket takes more."""
        self._buffer.resume()

    async def drain(self) -> None:
        """Wait until the socket takes more. The caller brings the deadline."""
        await self._buffer.drain()

    def send(self, text: bytes) -> None:
        """Send a text message.

        Raises:
            GatewayUnavailable: the connection is closing or closed, or too much waits to be sent.
        """
        if self._closing or self._websocket.state is not State.OPEN:
            raise GatewayUnavailable("the connection to the gateway is closed")
        if not self._buffer.has_room:
            raise GatewayUnavailable("the gateway doesn't read what is sent to it")
        self._websocket.send_text(text)
        self._flush()

    def close(self, error: PropactorError | None = None) -> None:  # noqa: ARG002  for those who wrap a wire
        """Deliver no more text, send a Close, and close the socket soon, whatever the other side does."""
        if self._closing:
            return
        self._closing, self._splitter.on_text = True, _drop
        if self._websocket.state is not State.OPEN:
            self.abort()
            return
        self._websocket.send_close(CloseCode.NORMAL_CLOSURE)
        self._flush()

    def abort(self) -> None:
        """Close the socket now."""
        self._transport.abort()

    async def wait_closed(self, timeout: float) -> None:
        """Wait until the socket is closed; after ``timeout`` seconds close it by force."""
        try:
            async with asyncio.timeout(timeout):
                await self._closed.wait()
        except TimeoutError:
            self.abort()
            await self._closed.wait()

    def _read_response(self, data: bytes) -> bytes:
        """Read the response to the upgrade; return the frames that came with it."""
        rest = self._upgrade.push(data)
        self._flush()
        if self._websocket.handshake_exc is not None:
            self.abort()
        return rest

    def _read_on(self) -> None:
        """Read what was left, then from the socket again; what is left of a lost connection is dropped."""
        self._behind = False
        if not self._transport.is_closing():
            self.data_received(b"")
        if not self._behind and not self._transport.is_closing():  # uvloop raises where asyncio lets it pass
            self._transport.resume_reading()

    def _validate(self, frame: bytes) -> bool:
        """Let the library validate and answer a frame; return False once the connection is closing by it.

        The frame it returns isn't needed: the splitter has the bytes.
        """
        self._replying = True
        self._websocket.receive_data(frame)
        self._websocket.events_received()
        return self._websocket.parser_exc is None and self._websocket.close_rcvd is None

    def _flush(self) -> None:
        """Send what the library wants sent, and hang up soon if it waits for the other side to do so.

        The standard leaves closing the socket to the server; it gets a moment.
        """
        self._replying = False
        self._buffer.write(self._websocket.data_to_send())
        if self._hang_up is None and self._websocket.close_expected():
            self._hang_up = asyncio.get_running_loop().call_later(LINGER, self.abort)


def _why_lost(websocket: ClientProtocol, exc: Exception | None) -> tuple[int, str]:
    """Return the close code and the reason: the other side's, or ours for failing the connection."""
    received, sent = websocket.close_rcvd, websocket.close_sent
    if received is not None:
        return received.code, received.reason
    return CloseCode.ABNORMAL_CLOSURE.value, (sent.reason if sent else "") or str(exc or "")


def _drop(text: bytes) -> None:
    """Drop a message that came after we closed."""


async def open_wire(
    url: str, *, on_text: OnText, on_lost: OnLost, timeout: float, max_size: int = MAX_SIZE
) -> Wire:
    """Connect and upgrade. No proxy, no Origin header, no compression: a gateway wants none of them.

    Args:
        url: A ``ws`` or ``wss`` address.
        on_text: Called with each text message as it comes.
        on_lost: Called once, when the connection has ended, with the close code and the reason.
        timeout: Seconds for both together.
        max_size: The most bytes a message may have.

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
    """Return the error that says why there is no connection."""
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
