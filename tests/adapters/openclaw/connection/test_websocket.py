"""The door to the gateway, against a real WebSocket server."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.frames import Opcode

from propactor.adapters.openclaw.connection.send_buffer import MAX_UNSENT
from propactor.adapters.openclaw.connection.websocket import Wire, open_wire
from propactor.adapters.openclaw.protocol.framing import FRAMES_A_TURN, MAX_FRAGMENTS
from propactor.core import jsontext
from propactor.core.errors import GatewayRefused, GatewayUnavailable
from tests.adapters.openclaw.connection.memory import MemoryWire, sent_frames, upgraded

Handler = Callable[[ServerConnection], Awaitable[None]]


class Ear:
    """Keeps what a wire says."""

    def __init__(self) -> None:
        self.texts: asyncio.Queue[bytes] = asyncio.Queue()
        self.lost: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()

    def on_lost(self, code: int, reason: str) -> None:
        """Keep how it ended."""
        self.lost.set_result((code, reason))

    async def next(self) -> bytes:
        """Wait for a message, but not for ever."""
        return await asyncio.wait_for(self.texts.get(), 5)


@asynccontextmanager
async def wired(
    handler: Handler, *, max_size: int = 1 << 20, **options: Any
) -> AsyncIterator[tuple[Wire, Ear]]:
    """Connect a wire to a server."""
    async with serve(handler, "127.0.0.1", 0, compression=None, **options) as server:
        ear = Ear()
        wire = await open_wire(
            f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}",
            on_text=ear.texts.put_nowait,
            on_lost=ear.on_lost,
            timeout=5,
            max_size=max_size,
        )
        try:
            yield wire, ear
        finally:
            wire.close()
            await wire.wait_closed(5)


async def echo(peer: ServerConnection) -> None:
    """Send back whatever comes."""
    async for message in peer:
        await peer.send(message)


async def test_echo() -> None:
    """What is sent arrives, and what arrives is told, whatever its size."""
    async with wired(echo) as (wire, ear):
        for size in (0, 5, 126, 70_000, 300_000):
            await wire.drain()
            wire.send(b"x" * size)
            assert await ear.next() == b"x" * size


async def test_full_socket() -> None:
    """While the socket is full, who is about to send waits."""
    async with wired(echo) as (wire, _):
        wire.pause_writing()
        waiting = asyncio.create_task(wire.drain())
        await asyncio.sleep(0)
        assert not waiting.done()

        wire.resume_writing()

        await asyncio.wait_for(waiting, 5)


async def test_unread_requests() -> None:
    """When too much waits for a gateway that doesn't read, the next request is refused; the line is kept."""
    memory = upgraded()
    memory.transport.full = True
    memory.wire.pause_writing()

    memory.wire.send(b"x" * MAX_UNSENT)
    with pytest.raises(GatewayUnavailable, match="doesn't read"):
        memory.wire.send(b"x")
    memory.wire.resume_writing()

    memory.wire.send(b"x")
    memory.lose()


async def test_closed_while_full() -> None:
    """Nobody waits for a socket that is closed."""
    async with wired(echo) as (wire, _):
        wire.pause_writing()

        wire.abort()
        drained, _ = await asyncio.wait([asyncio.create_task(wire.drain())], timeout=5)

        assert len(drained) == 1


async def test_first_frames_with_the_upgrade() -> None:
    """Messages right behind the upgrade are not lost, though they may share its packet."""

    async def eager(peer: ServerConnection) -> None:
        for n in range(20):
            await peer.send(str(n))
        await peer.wait_closed()

    async with wired(eager) as (_, ear):
        assert [await ear.next() for _ in range(20)] == [str(n).encode() for n in range(20)]


async def test_fragments_and_pings() -> None:
    """Fragments become one message, and pings between them are answered."""

    async def fragmenting(peer: ServerConnection) -> None:
        async def pieces() -> AsyncIterator[str]:
            yield "a"
            await asyncio.wait_for(await peer.ping(), 5)
            yield "b"

        await peer.send(pieces())
        await peer.send("c")
        await peer.wait_closed()

    async with wired(fragmenting) as (_, ear):
        assert [await ear.next(), await ear.next()] == [b"ab", b"c"]


async def test_no_origin() -> None:
    """Gateways refuse an Origin header, so there is none; nor is compression offered."""

    async def headers(peer: ServerConnection) -> None:
        assert peer.request is not None
        await peer.send(" ".join(name.lower() for name, _ in peer.request.headers.raw_items()))
        await peer.wait_closed()

    async with wired(headers) as (_, ear):
        names = await ear.next()

    assert b"origin" not in names
    assert b"extensions" not in names
    assert b"upgrade" in names


async def test_closed_by_the_server() -> None:
    """The close code and its reason are told once, and sending fails from then on."""

    async def closing(peer: ServerConnection) -> None:
        await peer.close(1012, "service restart")

    async with wired(closing) as (wire, ear):
        assert await asyncio.wait_for(ear.lost, 5) == (1012, "service restart")
        with pytest.raises(GatewayUnavailable):
            wire.send(b"x")


async def test_killed() -> None:
    """A connection that just ends is told as 1006."""

    async def dying(peer: ServerConnection) -> None:
        peer.transport.abort()

    async with wired(dying) as (_, ear):
        assert (await asyncio.wait_for(ear.lost, 5))[0] == 1006


async def test_too_big() -> None:
    """A frame over the limit ends the connection with 1009 instead of filling the memory."""
    code: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()

    async def boasting(peer: ServerConnection) -> None:
        await peer.send("x" * 5000)
        await peer.wait_closed()
        code.set_result(peer.close_code)

    async with wired(boasting, max_size=1000) as (_, ear):
        await asyncio.wait_for(ear.lost, 5)

        assert await asyncio.wait_for(code, 5) == 1009
        assert ear.texts.empty()


async def test_not_utf8() -> None:
    """Text that isn't UTF-8 is left to the JSON decoder: it refuses the message, and the connection lives."""
    memory = upgraded()

    memory.wire.data_received(b'\x81\x03"\xff"\x81\x02{}')

    assert memory.texts == [b'"\xff"', b"{}"]
    with pytest.raises(ValueError, match=r"(?i)utf-8"):
        jsontext.loads(memory.texts[0])
    memory.wire.send(b"{}")
    memory.lose()


async def test_why_it_broke() -> None:
    """Who broke the protocol is told by what we sent: there may be no Close of theirs."""
    memory = upgraded()

    memory.wire.data_received(b"\x83\x00")
    memory.lose()

    assert memory.losses == [(1006, "invalid opcode")]


async def test_turns() -> None:
    """A read of very many frames leaves others their turns of the loop; the socket waits meanwhile."""
    memory, others = upgraded(), []
    asyncio.get_running_loop().call_soon(lambda: others.append(len(memory.texts)))

    memory.wire.data_received(b"\x81\x01x" * (3 * FRAMES_A_TURN))
    reading = memory.transport.reading
    await memory.turns()

    assert (reading, others) == (False, [FRAMES_A_TURN])
    assert memory.texts == [b"x"] * (3 * FRAMES_A_TURN)
    memory.lose()


@pytest.mark.parametrize("end", [MemoryWire.lose, lambda memory: memory.wire.close()])
async def test_end_between_turns(end: Callable[[MemoryWire], None]) -> None:
    """What is left of a read when the connection is lost or closed is not delivered any more."""
    memory = upgraded()
    memory.wire.data_received(b"\x81\x01x" * (3 * FRAMES_A_TURN))

    end(memory)
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert memory.texts == [b"x"] * FRAMES_A_TURN
    memory.wire.abort()


@pytest.mark.parametrize(
    ("last", "left"), [(FRAMES_A_TURN, 1), (2 * FRAMES_A_TURN, 1), (2 * FRAMES_A_TURN, 0)]
)
async def test_abort_between_turns(last: int, left: int) -> None:
    """A socket that is closed at the last text of a turn is neither paused nor resumed."""
    memory, errors = upgraded(), []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    memory.on_text = lambda: memory.wire.abort() if len(memory.texts) == last else None

    memory.wire.data_received(b"\x81\x01x" * (last + left))
    for _ in range(3):
        await asyncio.sleep(0)

    assert (len(memory.texts), errors) == (last, [])
    memory.lose()


async def test_too_many_fragments() -> None:
    """A message without an end is failed as too big, and the loss says so."""
    memory = upgraded()

    memory.wire.data_received(b"\x01\x00" + b"\x00\x00" * (2 * MAX_FRAGMENTS) + b"\x81\x01x")
    await memory.turns()
    memory.lose()

    assert sent_frames(memory.transport.taken()) == [
        (Opcode.CLOSE, (1009).to_bytes(2) + b"too many fragments")
    ]
    assert memory.losses == [(1006, "too many fragments")]
    assert memory.texts == []


async def test_silence_after_close() -> None:
    """Who has closed hears nothing more, and the socket is gone soon even if nobody answers."""
    release = asyncio.Event()

    async def stubborn(peer: ServerConnection) -> None:
        peer.transport.pause_reading()
        await release.wait()

    async with wired(stubborn, close_timeout=0.1) as (wire, ear):
        wire.close()
        await wire.wait_closed(0.05)
        assert ear.lost.done()
        assert ear.texts.empty()
        release.set()


@pytest.mark.parametrize(
    ("status", "kind"),
    [(HTTPStatus.SERVICE_UNAVAILABLE, GatewayUnavailable), (HTTPStatus.FORBIDDEN, GatewayRefused)],
)
async def test_refused_upgrade(status: HTTPStatus, kind: type[Exception]) -> None:
    """A gateway that is stopping may be tried again; one that forbids may not."""

    def refuse(connection: ServerConnection, _request: object) -> Any:
        return connection.respond(status, "no\n")

    with pytest.raises(kind, match=str(status.value)):
        async with wired(echo, process_request=refuse):
            pass


@asynccontextmanager
async def listening(answer: bytes | None) -> AsyncIterator[str]:
    """Run a server that is no gateway."""
    done = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if answer is not None:
            writer.write(answer)
        else:
            await reader.read()
        writer.close()
        await asyncio.wait([asyncio.ensure_future(writer.wait_closed())])
        done.set()

    async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        await asyncio.wait_for(done.wait(), 5)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "WebSocket"),
        (b"", "WebSocket|nobody"),
        (None, "in time"),
        (b"x" * 70_000, "WebSocket"),
    ],
)
async def test_no_gateway(answer: bytes | None, words: str) -> None:
    """Something else at the address, or something that never answers, is told as such."""
    async with listening(answer) as url:
        ear = Ear()

        with pytest.raises(GatewayUnavailable, match=words):
            await open_wire(url, on_text=ear.texts.put_nowait, on_lost=ear.on_lost, timeout=0.3)


async def test_nobody() -> None:
    """Nobody at the address, or no address at all, is told as such."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ear = Ear()

    with pytest.raises(GatewayUnavailable, match="nobody answers"):
        await open_wire(
            f"ws://127.0.0.1:{port}", on_text=ear.texts.put_nowait, on_lost=ear.on_lost, timeout=5
        )
    with pytest.raises(GatewayRefused, match="address"):
        await open_wire("http://x", on_text=ear.texts.put_nowait, on_lost=ear.on_lost, timeout=5)


def loops() -> list[Callable[[], asyncio.AbstractEventLoop]]:
    """Return the kinds of event loop there are here."""
    try:
        import uvloop
    except ImportError:
        return [asyncio.new_event_loop]
    return [asyncio.new_event_loop, uvloop.new_event_loop]


@pytest.mark.parametrize("factory", loops())
def test_loops(factory: Callable[[], asyncio.AbstractEventLoop]) -> None:
    """The wire works on each kind of event loop; uvloop's transports are no instances of asyncio's."""

    async def talk() -> bytes:
        async with wired(echo) as (wire, ear):
            wire.send(b"hello")
            return await ear.next()

    with asyncio.Runner(loop_factory=factory) as runner:
        assert runner.run(talk()) == b"hello"
