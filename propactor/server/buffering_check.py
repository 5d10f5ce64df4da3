"""A stream of timed ticks, by which a client can see whether something on the way buffers streams."""

import asyncio

from aiohttp import web

from propactor.core import jsontext
from propactor.server.pump import HEADERS

TICKS = 6
APART = 0.2
"""Seconds between two ticks."""


async def stream_check(request: web.Request) -> web.StreamResponse:
    """Stream ``TICKS`` ticks, ``APART`` seconds from each other, the first at once."""
    response = web.StreamResponse(headers=HEADERS)
    await response.prepare(request)
    for number in range(TICKS):
        await asyncio.sleep(APART if number else 0)
        await response.write(tick(number))
    await response.write_eof()
    return response


def tick(number: int) -> bytes:
    """Encode a tick: its number, how many there are, and how long after the first it is due."""
    data = {"number": number, "of": TICKS, "dueMs": round(number * APART * 1000)}
    return b"id: %d\nevent: tick\ndata: %b\n\n" % (number + 1, jsontext.dumps(data))


ROUTES = (web.get("/api/creator/stream-check", stream_check, allow_head=False),)
