"""A way to the service that can be cut: bytes pass until every connection is torn."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Cutter:
    """Passes bytes on, both ways."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._writers: set[asyncio.StreamWriter] = set()
        self.cuts = 0
        self.url = ""

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Connect one caller through."""
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._port)
        ends = (writer, there_writer)
        self._writers.update(ends)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_copy(reader, there_writer), name="there")
                group.create_task(_copy(there_reader, writer), name="back")
        finally:
            self._writers.difference_update(ends)

    def cut(self) -> None:
        """Tear every connection."""
        self.cuts += 1
        for writer in self._writers:
            writer.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    with contextlib.suppress(OSError, RuntimeError):
        writer.close()


@asynccontextmanager
async def cutter(url: str) -> AsyncIterator[Cutter]:
    """Run a way to the service at an address."""
    way = Cutter(int(url.rpartition(":")[2]))
    server = await asyncio.start_server(way.pass_on, "127.0.0.1", 0)
    way.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield way
    finally:
        way.cut()
        server.close()
