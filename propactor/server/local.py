"""A server inside a command: on loopback, on a free port, closed when the command ends."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from propactor.actors.upstreams import Upstreams
from propactor.server.app import make_app
from propactor.server.keys import UPSTREAMS
from propactor.settings import Settings

Prepare = Callable[[Upstreams], None]


def leave(upstreams: Upstreams) -> None:
    """Leave the upstreams as they are."""


@asynccontextmanager
async def local_server(
    settings: Settings,
    upstreams: Upstreams | None = None,
    prepare: Prepare = leave,
) -> AsyncIterator[str]:
    """Serve inside this process, and yield the address.

    Args:
        settings: Those of the service; its address and port don't count.
        upstreams: What to ask instead of the upstreams that the settings configure.
        prepare: Gets the upstreams before they are started.
    """
    app = make_app(settings, upstreams)
    prepare(app[UPSTREAMS])
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
