"""The response to the upgrade is read to its end and no further, however it is cut."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.client import ClientProtocol
from websockets.exceptions import InvalidHandshake, InvalidStatus
from websockets.uri import parse_uri
from websockets.utils import accept_key

from propactor.adapters.openclaw.connection.upgrade import MAX_HEAD, Upgrade
from tests.adapters.openclaw.connection.memory import URL, MemoryWire, accepting


def upgrade() -> tuple[Upgrade, bytes]:
    """Begin a handshake; return with it the response that accepts it."""
    websocket = ClientProtocol(parse_uri(URL))
    websocket.send_request(websocket.connect())
    return Upgrade(websocket), accepting(accept_key(websocket.key))


def cut(data: bytes, cuts: list[int]) -> Iterator[bytes]:
    """Cut bytes at the given places."""
    at = 0
    for end in sorted({*cuts, len(data)}):
        yield data[at:end]
        at = end


@given(st.lists(st.integers(1, 140)), st.sampled_from([b"", b"\r\n\r\n", b"\x81\x02hi"]))
def test_any_cut(cuts: list[int], frames: bytes) -> None:
    """What follows the response is returned, in order, and only once the response is complete."""

    async def shake_hands() -> None:
        handshake, response = upgrade()
        rest = b""
        for piece in cut(response + frames, cuts):
            rest += piece if handshake.done else handshake.push(piece)

        assert handshake.done
        assert rest == frames
        await handshake.outcome

    asyncio.run(shake_hands())


async def test_refusal_in_pieces() -> None:
    """A refusal is understood however the socket cuts it, its body too."""
    memory = MemoryWire()

    for piece in (b"HTTP/1.1 503 Busy\r", b"\nContent-Length: 2\r\n\r\n", b"n", b"o"):
        memory.wire.data_received(piece)

    with pytest.raises(InvalidStatus, match="503"):
        await asyncio.wait_for(memory.wire.opened, 5)
    assert memory.transport.closing
    memory.lose()


async def test_endless_head() -> None:
    """A head without an end is cut off."""
    handshake, _ = upgrade()
    rest = [handshake.push(b"x" * 1024) for _ in range(MAX_HEAD // 1024)]

    assert not any(rest)
    with pytest.raises(InvalidHandshake):
        await asyncio.wait_for(handshake.outcome, 5)


async def test_first_failure() -> None:
    """The first failure is the one that is told."""
    handshake, _ = upgrade()

    handshake.fail(ConnectionError("first"))
    handshake.fail(ConnectionError("second"))

    with pytest.raises(ConnectionError, match="first"):
        await handshake.outcome
