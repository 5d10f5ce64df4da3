"""The proxy that spoils connections, between a real client and a real server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from tests.rig.proxy import NOISE, Proxy


class Client:
    """A client that notes in what pieces it hears."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, text: bytes) -> None:
        """Say something."""
        self.writer.write(text)
        await self.writer.drain()

    async def hear(self, length: int) -> bytes:
        """Return so many bytes, soon."""
        async with asyncio.timeout(5):
            return await self.reader.readexactly(length)

    async def silence(self) -> bool:
        """Tell whether nothing comes for a moment."""
        try:
            async with asyncio.timeout(0.05):
                return not await self.reader.read(1)
        except TimeoutError:
            return True


@asynccontextmanager
async def echo(proxies: Callable[[int], Proxy] = Proxy) -> AsyncIterator[tuple[Proxy, Client]]:
    """Run a server that repeats what it hears, behind a proxy, with one client connected."""

    async def repeat(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(1000):
                writer.write(data)
        except OSError:
            return
        finally:
            writer.close()

    server = await asyncio.start_server(repeat, "127.0.0.1", 0)
    async with proxies(server.sockets[0].getsockname()[1]) as proxy:
        client = Client(*await asyncio.open_connection("127.0.0.1", proxy.port))
        yield proxy, client
        client.writer.close()
    server.close()


async def test_passes_on() -> None:
    """Without a fault both sides hear each other, and a goodbye is passed on."""
    async with echo() as (_, client):
        await client.ask(b"hello")

        assert await client.hear(5) == b"hello"
        client.writer.write_eof()
        assert await client.reader.read() == b""


async def test_stall() -> None:
    """Bytes are held, and come after the fault, each once."""
    async with echo() as (proxy, client):
        proxy.stall()
        await client.ask(b"late")

        assert await client.silence()
        proxy.restore()
        assert await client.hear(4) == b"late"


async def test_cut() -> None:
    """A line that is cut is reset; the next one works."""
    async with echo() as (proxy, client):
        await client.ask(b"a")
        await client.hear(1)

        proxy.cut()

        with pytest.raises(ConnectionResetError):
            await client.hear(1)
        again = Client(*await asyncio.open_connection("127.0.0.1", proxy.port))
        await again.ask(b"again")
        assert await again.hear(5) == b"again"
        again.writer.close()


async def test_half_open() -> None:
    """What comes after the fault is lost for ever, but the socket stays open; the next line works."""
    async with echo() as (proxy, client):
        await client.ask(b"a")
        await client.hear(1)

        proxy.half_open()
        await client.ask(b"lost")
        proxy.restore()

        assert await client.silence()
        assert not client.reader.at_eof()
        again = Client(*await asyncio.open_connection("127.0.0.1", proxy.port))
        await again.ask(b"again")
        assert await again.hear(5) == b"again"
        again.writer.close()


async def test_garbage() -> None:
    """Noise is heard between two words."""
    async with echo() as (proxy, client):
        await client.ask(b"a")
        await client.hear(1)

        proxy.garble()
        await client.ask(b"b")

        assert await client.hear(len(NOISE) + 1) == NOISE + b"b"


async def test_split() -> None:
    """With one byte at a time all arrives, in order."""
    async with echo() as (proxy, client):
        proxy.split = 1
        await client.ask(b"abcdefgh" * 100)

        assert await client.reader.read(800) != b"abcdefgh" * 100
        proxy.restore()


async def test_delay() -> None:
    """A piece takes as long as the fault says, both ways."""
    async with echo() as (proxy, client):
        clock = asyncio.get_running_loop().time
        proxy.delay = 0.05
        asked_at = clock()

        await client.ask(b"slow")

        assert await client.hear(4) == b"slow"
        assert clock() - asked_at >= 0.1


async def test_away() -> None:
    """While the server is away, nobody is let in."""
    async with echo() as (proxy, _):
        proxy.away = True
        refused = Client(*await asyncio.open_connection("127.0.0.1", proxy.port))

        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await refused.hear(1)
        refused.writer.close()
        assert proxy.accepted == 2


@pytest.mark.parametrize(("place", "heard"), [(b"now", b"not yet, "), (9, b"not yet, "), (0, b"")])
async def test_at_a_place(place: bytes | int, heard: bytes) -> None:
    """A fault strikes at a word or after so many bytes: what came before it has arrived."""
    async with echo() as (proxy, client):
        proxy.at(place, proxy.stall)
        await client.ask(b"not yet, now")

        assert await client.hear(len(heard)) == heard
        assert await client.silence()
        proxy.restore()
        assert await client.hear(12 - len(heard)) == b"not yet, now"[len(heard) :]


async def test_word_in_two_pieces() -> None:
    """A word that comes in two pieces is found at the second."""
    async with echo() as (proxy, client):
        proxy.at(b"now", proxy.stall)
        await client.ask(b"n")
        await client.hear(1)
        await client.ask(b"ow")

        assert await client.silence()
        proxy.restore()
        assert await client.hear(2) == b"ow"
