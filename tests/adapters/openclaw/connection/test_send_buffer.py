"""What waits for a socket that is full is bounded, and stays in order."""

import asyncio

from websockets.frames import Frame, Opcode

from propactor.adapters.openclaw.connection.send_buffer import MAX_UNSENT, SendBuffer
from tests.adapters.openclaw.connection.memory import MemoryTransport

TEXT, CLOSE = b"\x81\x01x", b"\x88\x00"


def pong(number: int) -> bytes:
    """Write a pong."""
    return Frame(Opcode.PONG, b"%d" % number).serialize(mask=False)


def full() -> tuple[SendBuffer, MemoryTransport]:
    """Make a buffer whose socket is full."""
    transport = MemoryTransport()
    buffer = SendBuffer(transport)
    buffer.pause()
    transport.full = True
    return buffer, transport


async def test_pongs_while_writable() -> None:
    """Every pong is sent while the socket takes it, in one piece with the others."""
    transport = MemoryTransport()

    SendBuffer(transport).write([pong(1), TEXT, pong(2)])

    assert transport.taken() == pong(1) + TEXT + pong(2)


async def test_last_pong_waits() -> None:
    """While the socket is full the last pong waits, and only that; it is sent once."""
    buffer, transport = full()

    for number in range(100):
        buffer.write([pong(number), pong(number + 1)])
    waiting = transport.taken()
    buffer.resume()
    buffer.pause()
    buffer.resume()

    assert waiting == b""
    assert transport.taken() == pong(100)


async def test_order_while_full() -> None:
    """What else is sent while the socket is full goes behind the pong that waits: nothing follows a Close."""
    buffer, transport = full()

    buffer.write([pong(1), pong(2)])
    buffer.write([TEXT, pong(3), pong(4), CLOSE])
    buffer.resume()

    assert transport.taken() == pong(2) + TEXT + pong(4) + CLOSE


async def test_room() -> None:
    """There is room until so many bytes wait, and again once the socket takes more."""
    buffer, _ = full()

    room = [buffer.has_room]
    buffer.write([b"\x81" + b"x" * MAX_UNSENT])
    room.append(buffer.has_room)
    buffer.resume()
    room.append(buffer.has_room)

    assert room == [True, False, True]


async def test_drain_in_turns() -> None:
    """Who waits for a socket that is filled again by who waited before goes on waiting."""
    buffer, _ = full()

    async def fill() -> None:
        await buffer.drain()
        buffer.pause()

    first, second = asyncio.create_task(fill()), asyncio.create_task(fill())
    await asyncio.sleep(0)
    buffer.resume()
    await asyncio.wait_for(first, 5)

    assert not second.done()
    buffer.close()
    await asyncio.wait_for(second, 5)


async def test_closed() -> None:
    """Nothing is written to a socket that is closed, and nothing waits for it."""
    buffer, transport = full()
    buffer.write([pong(1)])
    transport.closing = True

    buffer.close()
    buffer.write([TEXT])

    assert transport.taken() == b""
