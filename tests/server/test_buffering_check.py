"""The stream whose timing is known, and the look at what becomes of it on the way."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from propactor.client.buffering_check import BufferingReport, Tick, watch
from propactor.client.errors import Refused, Unreachable
from propactor.server import buffering_check
from tests.server.service import service

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def proxy(handler: Handler) -> AsyncIterator[str]:
    """Run something that answers in the service's place."""
    app = web.Application()
    app.router.add_get("/api/creator/stream-check", handler)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_direct() -> None:
    """With nothing between, ticks come as they were sent."""
    async with service() as served:
        report = await watch(served.url)

    assert report.live
    assert report.verdict() == "streams pass live: 6 ticks came as they were sent"
    assert [tick.due for tick in report.ticks] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])


async def test_buffered() -> None:
    """What holds everything back until the end is found out."""

    async def hold(_: web.Request) -> web.Response:
        await asyncio.sleep(0.05)
        body = b"".join(map(buffering_check.tick, range(buffering_check.TICKS)))
        return web.Response(body=body, content_type="text/event-stream", headers={"Via": "1.1 hoarder"})

    async with proxy(hold) as url:
        report = await watch(url)

    assert not report.live
    assert report.verdict() == "streams are buffered: ticks came 1.0 s closer together than they were sent"
    assert report.headers["via"] == "1.1 hoarder"


async def test_broken_off() -> None:
    """A stream that ends early is neither live nor buffered: it broke off."""

    async def stop(_: web.Request) -> web.Response:
        return web.Response(body=buffering_check.tick(0), content_type="text/event-stream")

    async with proxy(stop) as url:
        report = await watch(url)

    assert not report.live
    assert report.verdict() == "the stream broke off: 1 of 6 ticks came"


async def test_not_us() -> None:
    """Another service at that address is no stream of ours, nor are its streams."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<html>", content_type="text/html")

    async with proxy(page) as url:
        with pytest.raises(Unreachable, match="is not propactor"):
            await watch(url)


@pytest.mark.parametrize("data", ['{"of": "many"}', '{"dueMs": []}'])
async def test_nonsense(data: str) -> None:
    """Ticks without numbers are no stream of ours either."""

    async def tick(_: web.Request) -> web.Response:
        return web.Response(text=f"event: tick\ndata: {data}\n\n", content_type="text/event-stream")

    async with proxy(tick) as url:
        with pytest.raises(Unreachable, match="no timed stream"):
            await watch(url)


async def test_refused() -> None:
    """A service that wants a token says so."""
    async with service(server={"token": "secret"}) as served:
        with pytest.raises(Refused, match="UNAUTHORIZED"):
            await watch(served.url)
        assert (await watch(served.url, "secret")).live


async def test_nobody() -> None:
    """Nobody there is told in a line."""
    with pytest.raises(Unreachable, match="no propactor at"):
        await watch("http://127.0.0.1:9")


def test_slow_network_is_live() -> None:
    """Latency alone delays every tick alike and holds nothing back."""
    ticks = tuple(Tick(due, due + 3) for due in (0, 0.5, 1.0))

    assert BufferingReport(ticks, 3).live
