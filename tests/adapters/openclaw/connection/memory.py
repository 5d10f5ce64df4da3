"""A wire without a socket: a test hands it bytes as a socket would, cut where it likes."""

import asyncio
import re
from typing import Any

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
        """Let the bytes wait in the socket."""
        self.reading = False

    def resume_reading(self) -> None:
        """Take bytes again."""
        self.reading = True

    def taken(self) -> bytes:
        """Return what was written since this was last asked."""
        taken = bytes(self.written)
        self.written.clear()
        return taken


class MemoryWire:
    """A wire on a transport in memory, and what it tells its owner."""

    def __init__(self, *, max_size: int = 1 << 20) -> None:
        self.texts: list[bytes] = []
        self.losses: list[tuple[int, str]] = []
        self.transport = MemoryTransport()
        self.wire = Wire(URL, on_text=self.texts.append, on_lost=self._lose, max_size=max_size)
        self.wire.connection_made(self.transport)

    def _lose(self, code: int, reason: str) -> None:
        self.losses.append((code, reason))

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
