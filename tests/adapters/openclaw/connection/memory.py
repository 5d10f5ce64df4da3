"""A wire without a socket: a test hands it bytes as a socket would, cut where it likes."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

from websockets.frames import Frame
from websockets.protocol import Protocol, Side
from websockets.utils import accept_key

from propactor.adapters.openclaw.connection.websocket import Wire

URL = "ws://gateway/"
_KEY = re.compile(rb"Sec-WebSocket-Key: (\S+)")


class MemoryTransport(asyncio.Transport):
    """Keeps what is written. ``full`` says that the other side doesn't read: then what is written waits."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()
        self.waiting = 0
        self.full = False
        self.reading = True
        self.closing = False

    def write(self, data: Any) -> None:
        """Take bytes; they wait while the socket is full."""
        self.written += data
        self.waiting += len(data) if self.full else 0

    def get_write_buffer_size(self) -> int:
        """Return how many bytes wait."""
        return self.waiting

    def can_write_eof(self) -> bool:
        """Say that there is half a close."""
        return True

    def write_eof(self) -> None:
        """Close our half."""

    def is_closing(self) -> bool:
        """Tell whether it is closed or about to be."""
        return self.closing

    def abort(self) -> None:
        """Close."""
        self.closing = True

    def pause_reading(self) -> None:
        """Let the bytes wait in the socket. As in uvloop, a transport that is closed can't."""
        assert not self.closing
        self.reading = False

    def resume_reading(self) -> None:
        """Take bytes again. As in uvloop, a transport that is closed can't."""
        assert not self.closing
        self.reading = True

    def taken(self) -> bytes:
        """Return what was written since this was last asked."""
        taken = bytes(self.written)
        self.written.clear()
        return taken


class MemoryWire:
    """A wire on a transport in memory, and what it delivers. ``on_text`` is called after each text."""

    def __init__(self, *, max_size: int = 1 << 20) -> None:
        self.texts: list[bytes] = []
        self.losses: list[tuple[int, str]] = []
        self.transport = MemoryTransport()
        self.on_text: Callable[[], object] = lambda: None
        self.wire = Wire(URL, on_text=self._take, on_lost=self._lose, max_size=max_size)
        self.wire.connection_made(self.transport)

    def _take(self, text: bytes) -> None:
        self.texts.append(text)
        self.on_text()

    def _lose(self, code: int, reason: str) -> None:
        self.losses.append((code, reason))

    async def turns(self) -> None:
        """Let the loop turn until the wire takes bytes again."""
        async with asyncio.timeout(5):
            while not self.transport.reading:
                await asyncio.sleep(0)

    def upgrade(self) -> None:
        """Let the wire in."""
        key = _KEY.search(self.transport.taken())
        assert key is not None
        self.wire.data_received(accepting(accept_key(key[1].decode())))
        assert self.wire.opened.done()

    def lose(self) -> None:
        """End the connection, as a transport does."""
        self.transport.closing = True
        self.wire.connection_lost(None)


def sent_frames(data: bytes) -> list[tuple[int, bytes]]:
    """Return the opcode and the body of each frame that a client sent."""
    server = Protocol(Side.SERVER)
    server.receive_data(data)
    frames = [frame for frame in server.events_received() if isinstance(frame, Frame)]
    return [(frame.opcode, bytes(frame.data)) for frame in frames]


def accepting(key: str) -> bytes:
    """Return the response that accepts an upgrade."""
    return (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {key}\r\n\r\n"
    ).encode()


def upgraded(*, max_size: int = 1 << 20) -> MemoryWire:
    """Make a wire that is let in. Needs a running loop."""
    memory = MemoryWire(max_size=max_size)
    memory.upgrade()
    return memory
