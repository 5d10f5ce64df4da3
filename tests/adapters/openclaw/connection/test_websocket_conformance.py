"""The wire reads, answers and ends as the library alone would, whatever frames come, cut anywhere."""

import asyncio
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.uri import parse_uri

from propactor.adapters.openclaw.connection.websocket import Wire
from propactor.adapters.openclaw.protocol.framing import FRAMES_A_TURN
from tests.adapters.openclaw.connection.memory import URL, MemoryWire, upgraded

LIMITS = st.sampled_from([1000, 70_000])
"""Below and above the 65,535 bytes up to which text is split the short way."""
FIN, MASKED = 0x80, 0x80
SIZES = st.sampled_from([0, 1, 2, 125, 126, 127, 300, 700, 1000, 1001, 65_535, 65_536, 70_001])
BODIES = st.one_of(
    SIZES.map(lambda size: b"x" * size),
    st.sampled_from([b"a", "é€😀".encode(), b"\xc3", b"\xed\xa0\x80", b"ok\xff"]),
)
CODES = st.sampled_from([1000, 1000, 1012, 3000, 4999, 0, 999, 1004, 1005, 1006, 2999, 5000, 65_535])
CLOSES = st.sampled_from([b"", b"\x03"]) | st.builds(
    lambda code, reason: code.to_bytes(2) + reason, CODES, st.sampled_from([b"", b"why", b"\xff", b"x" * 124])
)
SMALL = st.sampled_from([b"", b"a", b"x" * 125])
FAULTS = st.sampled_from([None, None, None, None, "reserved", "mask", "opcode", "length", "body"])


def header(first: int, length: int, *, form: int = 0, mask: int = 0) -> bytes:
    """Write a header; ``form`` asks for a longer encoding of the length than it needs."""
    if form >= 2 or length > 65_535:
        return bytes((first, mask | 127)) + length.to_bytes(8)
    if form == 1 or length > 125:
        return bytes((first, mask | 126)) + length.to_bytes(2)
    return bytes((first, mask | length))


@st.composite
def frames(draw: st.DrawFn) -> bytes:
    """Draw one frame that is wrong by itself, or by what was before it, or isn't."""
    opcode, fault = draw(st.sampled_from([0, 1, 1, 2, 8, 8, 9, 10])), draw(FAULTS)
    fin = FIN if opcode >= 8 else draw(st.sampled_from([FIN, 0]))
    body = draw(BODIES if fault == "body" or opcode < 8 else CLOSES if opcode == 8 else SMALL)
    reserved = draw(st.sampled_from([0x10, 0x20, 0x40])) if fault == "reserved" else 0
    opcode = draw(st.integers(0, 15)) if fault == "opcode" else opcode
    length = draw(st.sampled_from([1 << 31, 1 << 62, (1 << 64) - 1])) if fault == "length" else len(body)
    mask, key = (MASKED, b"keyk") if fault == "mask" else (0, b"")
    return header(fin | reserved | opcode, length, form=draw(st.integers(0, 2)), mask=mask) + key + body


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """Draw one message that nothing is wrong with but perhaps its size: in fragments, pings between them."""
    kind, bodies = draw(st.sampled_from([1, 1, 1, 2])), draw(st.lists(BODIES, min_size=1, max_size=4))
    parts = []
    for number, body in enumerate(bodies):
        if number and draw(st.booleans()):
            parts.append(header(FIN | draw(st.sampled_from([9, 10])), 3) + b"...")
        fin = FIN if number == len(bodies) - 1 else 0
        parts.append(header(fin | (0 if number else kind), len(body), form=draw(st.integers(0, 2))) + body)
    return b"".join(parts)


STREAMS = st.lists(messages() | frames(), max_size=8).map(b"".join)
CUTS = st.lists(st.integers(0, 12) | st.integers(0, 70_000), max_size=12)


class Library:
    """What the library alone does with the same bytes."""

    def __init__(self, max_size: int) -> None:
        self.protocol = ClientProtocol(parse_uri(URL), max_size=max_size, state=State.OPEN)
        self.texts: list[bytes] = []
        self._parts: list[Frame] = []

    def read(self, data: bytes) -> None:
        """Read bytes and put the messages together."""
        self.protocol.receive_data(data)
        for frame in self.protocol.events_received():
            assert isinstance(frame, Frame)
            if frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
                self._parts.append(frame)
                if frame.fin:
                    self._complete()

    def _complete(self) -> None:
        if self._parts[0].opcode is Opcode.TEXT:
            self.texts.append(b"".join(part.data for part in self._parts))
        self._parts.clear()

    def replies(self) -> bytes:
        """Return what it sends."""
        return b"".join(self.protocol.data_to_send())


def outcome(protocol: ClientProtocol) -> tuple[object, ...]:
    """Return how a connection is, and how it was closed."""
    return (
        protocol.state,
        protocol.close_rcvd,
        protocol.close_sent,
        protocol.close_rcvd_then_sent,
        protocol.close_code,
        protocol.close_reason,
    )


def pieces(stream: bytes, cuts: list[int]) -> Iterator[bytes]:
    """Cut a stream as a socket may."""
    at = 0
    for size in [*cuts, len(stream)]:
        if stream[at : at + size]:
            yield stream[at : at + size]
        at += size


def protocol_of(wire: Wire) -> ClientProtocol:
    """Return the library's part of a wire: nothing else tells how it stands between two reads."""
    return wire._websocket


@pytest.fixture(autouse=True, scope="module")
def plain_masks() -> Iterator[None]:
    """Mask with zeros: then equal replies are equal bytes."""
    with patch("websockets.frames.secrets.token_bytes", bytes):
        yield


def compare(memory: MemoryWire, library: Library) -> None:
    """Compare all that can be told of both, but for the texts."""
    assert memory.transport.taken() == library.replies()
    assert outcome(protocol_of(memory.wire)) == outcome(library.protocol)


@settings(max_examples=300)
@given(STREAMS, CUTS, LIMITS, st.sampled_from([FRAMES_A_TURN, 1]))
def test_reads_as_the_library(stream: bytes, cuts: list[int], max_size: int, frames_a_turn: int) -> None:
    """After each piece, texts, replies, state and close code are those of the library alone."""

    async def read() -> None:
        memory, library = upgraded(max_size=max_size), Library(max_size)
        for piece in pieces(stream, cuts):
            memory.wire.data_received(piece)
            await memory.turns()
            library.read(piece)
            assert memory.texts == library.texts
            compare(memory, library)
        memory.lose()
        library.protocol.receive_eof()

        compare(memory, library)
        assert [code for code, _ in memory.losses] == [library.protocol.close_code]
        closed = library.protocol.close_sent
        event(f"sent {closed and closed.code}, after {min(2, len(library.texts))} texts or more")

    with patch("propactor.adapters.openclaw.protocol.framing._TURN", range(frames_a_turn)):
        asyncio.run(read())


@given(STREAMS, CUTS, st.integers(0, 4))
def test_closes_as_the_library(stream: bytes, cuts: list[int], before: int) -> None:
    """Who has closed still answers pings and understands the other's Close, but tells no text."""

    async def read() -> None:
        memory, library = upgraded(max_size=1000), Library(1000)
        told = len(stream)
        for number, piece in enumerate(pieces(stream, cuts)):
            if number == before and library.protocol.state is State.OPEN:
                memory.wire.close()
                library.protocol.send_close(1000)
                told = len(memory.texts)
            memory.wire.data_received(piece)
            library.read(piece)
            compare(memory, library)

        assert memory.texts == library.texts[:told]
        memory.lose()

    asyncio.run(read())
