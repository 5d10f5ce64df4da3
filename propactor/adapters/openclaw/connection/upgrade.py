"""The opening handshake of a WebSocket (RFC 6455, section 4.1): where the response ends and frames begin."""

import asyncio

from websockets.client import ClientProtocol
from websockets.protocol import State

MAX_HEAD = 64 * 1024
"""Bytes of a response's status line and headers. A gateway's are 200."""
_END_OF_HEAD = b"\r\n\r\n"


class Upgrade:
    """A client's opening handshake: the `websockets` library does it, bytes in and bytes out.

    ``outcome`` is set when the handshake is over; ``done`` says that it has succeeded, and frames may come.

    Args:
        websocket: What reads the response; the request has been sent.
    """

    def __init__(self, websocket: ClientProtocol) -> None:
        self.outcome: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.done = False
        self._websocket = websocket
        self._head: bytearray | None = bytearray()

    def push(self, data: bytes) -> bytes:
        """Take a piece of the response; return what follows it, once it is accepted.

        The library gets the head and no byte more: it would take the frames behind it too.
        """
        if self._head is None:
            self._feed(data)
            return b""
        end = self._end_of_head(self._head, data)
        if not end:
            return b""
        head, rest = bytes(self._head[:end]), bytes(self._head[end:])
        self._head = None
        self._feed(head)
        if self.done or not rest:
            return rest
        self._feed(rest)
        return b""

    def fail(self, problem: Exception) -> None:
        """End with a failure, unless it is over."""
        if not self.outcome.done():
            self.outcome.set_exception(problem)

    @staticmethod
    def _end_of_head(head: bytearray, data: bytes) -> int:
        """Add to the head; return where it ends, or 0 if it doesn't yet. A long one ends anyhow."""
        searched = max(0, len(head) - len(_END_OF_HEAD) + 1)
        head += data
        end = head.find(_END_OF_HEAD, searched)
        if end >= 0:
            return end + len(_END_OF_HEAD)
        return len(head) if len(head) >= MAX_HEAD else 0

    def _feed(self, data: bytes) -> None:
        """Let the library read, and learn what it makes of it."""
        self._websocket.receive_data(data)
        self._websocket.events_received()
        if self._websocket.handshake_exc is not None:
            self.fail(self._websocket.handshake_exc)
        elif self._websocket.state is State.OPEN:
            self.done = True
            if not self.outcome.done():
                self.outcome.set_result(None)
