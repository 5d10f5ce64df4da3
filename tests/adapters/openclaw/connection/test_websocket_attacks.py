"""What a hostile server sends costs bounded memory, and keeps nobody else waiting."""

import asyncio
import socket
import threading

import pytest
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side

from propactor.adapters.openclaw.connection import websocket
from propactor.adapters.openclaw.connection.websocket import Wire, open_wire
from tests.adapters.openclaw.connection.hostile import costing, hostile

MEGABYTE = 1 << 20
LONGEST = 0.15
"""Seconds of CPU time in a turn of the loop, memory traced: 0.03 here, 0.3 to 3 where a read is one turn."""
END = b"\x81\x03end"


class Owner:
    """Takes what a wire tells."""

    def __init__(self) -> None:
        self.texts: list[bytes] = []
        self.ended = asyncio.Event()
        self.lost: asyncio.Future[tuple[int, str]] = asyncio.get_running_loop().create_future()

    def on_text(self, text: bytes) -> None:
        """Count the end alone, and keep nothing else but how much came."""
        if text == b"end":
            self.ended.set()
        self.texts = [*self.texts, text][-1:]

    async def connect(self, url: str) -> Wire:
        """Connect a wire."""
        return await open_wire(
            url, on_text=self.on_text, on_lost=lambda *why: self.lost.set_result(why), timeout=5
        )


@pytest.mark.parametrize("kind", [Opcode.TEXT, Opcode.BINARY])
async def test_endless_fragments(kind: Opcode, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message of empty fragments without an end is cut off, and so is who sends it."""

    def act(peer: socket.socket) -> None:
        peer.sendall(bytes((kind, 0)))
        while True:
            peer.sendall(b"\x00\x00" * 65_536)

    monkeypatch.setattr(websocket, "LINGER", 0.2)
    async with hostile(act) as url:
        async with costing() as cost:
            owner = Owner()
            await owner.connect(url)
            lost = await asyncio.wait_for(owner.lost, 10)

    assert lost == (1006, "too many fragments")
    assert cost.longest < LONGEST
    assert cost.memory < 3 * MEGABYTE


@pytest.mark.parametrize("frame", [b"\x89\x00", b"\x8a\x00", b"\x82\x00", b"\x81\x00", b"\x01\x00\x80\x00"])
async def test_floods(frame: bytes) -> None:
    """However many frames of a kind come, others get their turns in between."""

    def act(peer: socket.socket) -> None:
        peer.sendall(frame * 30_000 + END)
        while peer.recv(65_536):
            pass

    async with hostile(act) as url:
        async with costing() as cost:
            owner = Owner()
            wire = await owner.connect(url)
            await asyncio.wait_for(owner.ended.wait(), 20)
            wire.abort()

    assert cost.longest < LONGEST
    assert cost.memory < 3 * MEGABYTE


async def test_unread_pongs() -> None:
    """A server that pings and doesn't read makes few pongs wait; once it reads, the last ping is answered."""
    pings = [b"%0125d" % number for number in range(90_000)]
    may_read = threading.Event()

    def act(peer: socket.socket) -> None:
        for first in range(0, len(pings), 100):
            peer.sendall(b"".join(b"\x89\x7d" + ping for ping in pings[first : first + 100]))
        peer.sendall(END)
        may_read.wait(20)
        reader = Protocol(Side.SERVER)
        while not any(
            isinstance(frame, Frame) and frame.data == pings[-1] for frame in reader.events_received()
        ):
            reader.receive_data(peer.recv(65_536))

    async with hostile(act) as url:
        async with costing() as cost:
            owner = Owner()
            await owner.connect(url)
            await asyncio.wait_for(owner.ended.wait(), 20)
        may_read.set()
        await asyncio.wait_for(owner.lost, 10)

    assert cost.memory < 2 * MEGABYTE
    assert cost.longest < LONGEST
