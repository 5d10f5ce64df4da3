"""The narrow door to the gateway: bytes in, text messages out, without a task in between.

The `websockets` library speaks the protocol: handshake, control frames, fragments, closing. Whole text
frames, nearly all there is, are cut straight from the buffer.
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

from propactor.adapters.openclaw.protocol.framing import FrameSplitter
from propactor.core.errors import GatewayRefused, GatewayUnavailable, PropactorError

MAX_SIZE = 32 * 1024 * 1024
"""The final response of a run echoes the whole prompt."""
LINGER = 2.0
"""Seconds to wait for the other side to close."""
_HEAD_LIMIT = 64 * 1024
_END_OF_HEAD = b"\r\n\r\n"

OnText = Callable[[bytes], None]
OnLost = Callable[[int, str], None]


class Wire(asyncio.Protocol):
    """A WebSocket.

    ``on_text`` is called for each message as it comes; ``on_lost`` once, at the end, with the close code and
    the reason.
    """

    def __init__(self, url: str, *, on_text: OnText, on_lost: OnLost, max_size: int = MAX_SIZE) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._websocket = ClientProtocol(parse_uri(url), max_size=max_size)
        self._splitter = FrameSplitter(on_text=on_text, on_other=self._feed, max_size=max_size)
        self._on_lost = on_lost
        self._head: bytearray | None = bytearray()
        self._upgraded = False
        self._replying = False
        self._transport: asyncio.Transport | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._closing = False
        self._closed = asyncio.Event()
        self._hang_up: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the upgrade request."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one without being an instance
        self._websocket.send_request(self._websocket.connect())
        self._write()

    def data_received(self, data: bytes) -> None:
        """Take what the socket has."""
        if self._upgraded:
            self._splitter.push(data)
            if self._replying:
                self._reply()
        elif self._head is not None:
            self._read_head(self._head, data)
        else:
            self._feed_response(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the owner, whoever hung up."""
        self._websocket.receive_eof()
        self._writable.set()
        self._closed.set()
        if self._hang_up is not None:
            self._hang_up.cancel()
        self._refuse(self._websocket.handshake_exc or ConnectionError("the connection was closed"))
        self._on_lost(*self._why_lost(exc))

    def pause_writing(self) -> None:
        """Note that the socket is full."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Note that the socket takes more."""
        self._writable.set()

    async def drain(self) -> None:
        """Wait until the socket takes more. The caller brings the deadline."""
        await self._writable.wait()

    def send(self, text: bytes) -> None:
        """Send a text message.

        Raises:
            GatewayUnavailable: the connection is closing or closed.
        """
        if self._closing or self._websocket.state is not State.OPEN:
            raise GatewayUnavailable("the connection to the gateway is closed")
        self._websocket.send_text(text)
        self._write()

    def close(self) -> None:
        """Say goodbye, hear nothing more, and hang up soon, whatever the other side does."""
        if self._closing:
            return
        self._closing, self._splitter.on_text = True, _unheard
        if self._websocket.state is not State.OPEN:
            self.abort()
            return
        self._websocket.send_close(1000)
        self._write()
        self._hang_up_soon()

    def abort(self) -> None:
        """Hang up now."""
        if self._transport is not None:
            self._transport.abort()

    async def wait_closed(self, timeout: float) -> None:
        """Wait until the socket is closed; after ``timeout`` seconds close it by force."""
        if self._transport is None:
            return
        try:
            async with asyncio.timeout(timeout):
                await self._closed.wait()
        except TimeoutError:
            self.abort()
            await self._closed.wait()

    def _read_head(self, head: bytearray, data: bytes) -> None:
        """Give the library the head of the response and no byte more: frames may follow at once."""
        searched = max(0, len(head) - len(_END_OF_HEAD) + 1)
        head += data
        end = head.find(_END_OF_HEAD, searched)
        if end < 0 and len(head) < _HEAD_LIMIT:
            return
        cut = end + len(_END_OF_HEAD) if end >= 0 else len(head)
        self._head = None
        self._feed_response(bytes(head[:cut]))
        if cut < len(head):
            self.data_received(bytes(head[cut:]))

    def _feed_response(self, data: bytes) -> None:
        """Let the library read the response to the upgrade."""
        self._websocket.receive_data(data)
        if self._websocket.events_received():
            self._answered()
        self._reply()

    def _feed(self, frame: bytes) -> bool:
        """Let the library validate and answer a frame; return False once the connection is closing by it.

        The frame it returns isn't needed: the splitter has the bytes.
        """
        self._replying = True
        self._websocket.receive_data(frame)
        self._websocket.events_received()
        return self._websocket.parser_exc is None and self._websocket.close_rcvd is None

    def _reply(self) -> None:
        """Send what the library answered to one read, in one piece."""
        self._replying = False
        self._write()
        if self._websocket.close_expected():
            self._hang_up_soon()

    def _answered(self) -> None:
        """Read the outcome of the upgrade."""
        problem = self._websocket.handshake_exc
        if problem is not None:
            self._refuse(problem)
            return
        self._upgraded = True
        if not self.opened.done():
            self.opened.set_result(None)

    def _refuse(self, problem: Exception) -> None:
        """Fail the upgrade if it is still under way."""
        if not self.opened.done():
            self.opened.set_exception(problem)
            self.abort()

    def _hang_up_soon(self) -> None:
        """Give the other side a moment to close the socket, which the standard leaves to the server."""
        if self._hang_up is None:
            self._hang_up = asyncio.get_running_loop().call_later(LINGER, self.abort)

    def _why_lost(self, exc: Exception | None) -> tuple[int, str]:
        """Return the close code and the reason: the other side's, or ours for failing the connection."""
        received, sent = self._websocket.close_rcvd, self._websocket.close_sent
        if received is not None:
            return received.code, received.reason
        return CloseCode.ABNORMAL_CLOSURE, (sent.reason if sent else "") or str(exc or "")

    def _write(self) -> None:
        """Send what the library wants sent; an empty piece means: no more."""
        if self._transport is None or self._transport.is_closing():
            return
        pieces = self._websocket.data_to_send()
        if data := b"".join(pieces):
            self._transport.write(data)
        if b"" in pieces and self._transport.can_write_eof():
            self._transport.write_eof()


def _unheard(text: bytes) -> None:
    """Take a message that came after we said goodbye."""


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
