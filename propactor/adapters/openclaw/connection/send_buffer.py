"""The sending side of a WebSocket's socket: what may wait there while the other side doesn't read."""

import asyncio
from collections.abc import Iterable

MAX_UNSENT = 4 * 1024 * 1024
"""Bytes that may wait before the next text is refused. A request holds a prompt of 4,000 characters, so there
is room for hundreds.
"""
_PONG = b"\x8a"
"""How an unfragmented pong begins (RFC 6455, section 5.2)."""


class SendBuffer:
    """Writes frames to a transport. While the socket is full, of all pongs only the last waits.

    Else a million pings of a server that doesn't read cost 170 MB. RFC 6455, section 5.5.3: "If an endpoint
    receives a Ping frame and has not yet sent Pong frame(s) in response to previous Ping frame(s), the
    endpoint MAY elect to send a Pong frame for only the most recently processed Ping frame."

    Args:
        transport: Where to. It calls ``pause`` and ``resume`` through its protocol.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._writable = asyncio.Event()
        self._writable.set()
        self._pong = b""

    @property
    def has_room(self) -> bool:
        """Return True if another text may be written."""
        return self._writable.is_set() or self._transport.get_write_buffer_size() < MAX_UNSENT

    def write(self, frames: Iterable[bytes]) -> None:
        """Write whole frames, in one piece. An empty one means that no more will be sent."""
        if self._transport.is_closing():
            return
        frames = list(frames) if self._writable.is_set() else self._without_pongs(frames)
        if data := b"".join(frames):
            self._transport.write(data)
        if b"" in frames and self._transport.can_write_eof():
            self._transport.write_eof()

    def pause(self) -> None:
        """Note that the socket is full."""
        self._writable.clear()

    def resume(self) -> None:
        """Note that the socket takes more, and send the pong that waits."""
        self._writable.set()
        if self._pong:
            pong, self._pong = self._pong, b""
            self.write([pong])

    def close(self) -> None:
        """Let nobody wait any more: the socket is closed."""
        self._writable.set()

    async def drain(self) -> None:
        """Wait until the socket takes more. The caller brings the deadline."""
        while not self._writable.is_set():  # who was let go first may have filled it again
            await self._writable.wait()

    def _without_pongs(self, frames: Iterable[bytes]) -> list[bytes]:
        """Return what can't wait, each behind the last pong before it: so no pong follows a Close."""
        kept = []
        for frame in frames:
            if frame.startswith(_PONG):
                self._pong = frame
                continue
            kept += [self._pong, frame] if self._pong else [frame]
            self._pong = b""
        return kept
