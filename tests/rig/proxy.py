"""A TCP proxy that spoils a connection on purpose: late, cut, held, deaf, garbled or in single bytes."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Self

Fault = Callable[[], None]
NOISE = bytes(range(256)) * 4
_PIECE = 64 * 1024


@dataclass(slots=True)
class _Trip:
    """A wire across what the server sends: at a word, or after so many bytes, something happens."""

    at: bytes | int
    fault: Fault
    seen: bytes = b""

    def find(self, data: bytes) -> int | None:
        """Return where in this piece it happens, None if it doesn't yet."""
        if isinstance(self.at, int):
            self.at -= len(data)
            return max(0, len(data) + self.at) if self.at <= 0 else None
        before, self.seen = len(self.seen), self.seen + data
        place = self.seen.find(self.at)
        self.seen = self.seen[1 - len(self.at) :] if len(self.at) > 1 else b""
        return max(0, place - before) if place >= 0 else None


class Line:
    """One client and its way to the server."""

    def __init__(self, proxy: "Proxy", client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.proxy, self.client, self.server = proxy, client, server
        self.deaf = False

    async def forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what one side says until it ends; then the other side ends, too."""
        with contextlib.suppress(OSError):
            while data := await reader.read(_PIECE):
                for piece in self.proxy.pieces(data) if writer is self.client else [data]:
                    await self._write(writer, piece)
            if not self.deaf:
                await self.proxy.flowing.wait()
                writer.close()

    async def _write(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        proxy = self.proxy
        await asyncio.sleep(proxy.delay)
        await proxy.flowing.wait()
        step = proxy.split or len(data) or 1
        for start in range(0, len(data), step):
            if self.deaf or writer.is_closing():
                return
            writer.write(data[start : start + step])
            await writer.drain()
            if proxy.split:
                await asyncio.sleep(0)  # or the pieces would leave as one

    def cut(self) -> None:
        """Close both sides now, with a reset instead of a goodbye."""
        for writer in (self.client, self.server):
            sock = writer.get_extra_info("socket")
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()


class Proxy:
    """``async with Proxy(port) as proxy``: connect to ``proxy.port`` instead, then call a fault at any time.

    ``delay`` is how many seconds each piece waits, ``split`` how many bytes leave at once; 0 is no fault.
    With ``away`` new connections are refused as if nobody were there.
    """

    def __init__(self, port: int) -> None:
        self.delay = 0.0
        self.split = 0
        self.away = False
        self.accepted = 0
        self.flowing = asyncio.Event()
        self.tripped = asyncio.Event()
        self.port = 0
        self._target = port
        self._lines: set[Line] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._trip: _Trip | None = None
        self.flowing.set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self.cut()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @property
    def lines(self) -> int:
        """Return how many connections there are."""
        return len(self._lines)

    def at(self, place: bytes | int, fault: Fault) -> None:
        """Call a fault when the server is about to say a word, or has said so many bytes; once."""
        self._trip = _Trip(place, fault)

    def cut(self) -> None:
        """Reset every connection. New ones are welcome."""
        for line in list(self._lines):
            line.cut()

    def stall(self) -> None:
        """Hold back all bytes, both ways, until `restore`."""
        self.flowing.clear()

    def half_open(self) -> None:
        """Lose what comes on the present connections from now on, and keep them open. New ones work."""
        for line in self._lines:
            line.deaf = True

    def garble(self, noise: bytes = NOISE) -> None:
        """Say something to the clients that no server would."""
        for line in self._lines:
            line.client.write(noise)

    def restore(self) -> None:
        """Be a good proxy again; what was lost stays lost."""
        self.delay, self.split, self.away = 0.0, 0, False
        self.flowing.set()

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Yield what the server says; a fault that is due strikes between what came before and after."""
        trip = self._trip
        place = trip.find(data) if trip is not None else None
        if trip is None or place is None:
            yield data
            return
        self._trip = None
        yield data[:place]
        trip.fault()
        self.tripped.set()
        yield from self.pieces(data[place:])

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect a client with the server, until one of them hangs up."""
        self.accepted += 1
        if self.away:
            writer.transport.abort()
            return
        try:
            from_server, to_server = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        await self._connect(Line(self, writer, to_server), reader, from_server)

    async def _connect(
        self, line: Line, from_client: asyncio.StreamReader, from_server: asyncio.StreamReader
    ) -> None:
        self._lines.add(line)
        tasks = [
            asyncio.create_task(line.forward(from_client, line.server), name="proxy up"),
            asyncio.create_task(line.forward(from_server, line.client), name="proxy down"),
        ]
        self._tasks.update(tasks)
        try:
            await asyncio.gather(*tasks)
        finally:
            self._tasks.difference_update(tasks)
            self._lines.discard(line)
            line.cut()
