"""A server for one command: on loopback, on a free port, gone with the command."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from propactor.settings import Settings
from propactor.web.app import make_app
from propactor.web.upstreams import Upstreams

Prepare = Callable[[web.Application], None]


def nothing_more(app: web.Application) -> None:
    """Leave the application as it is."""


@asynccontextmanager
async def local_server(
    settings: Settings,
    upstreams: Upstreams | None = None,
    prepare: Prepare = nothing_more,
) -> AsyncIterator[str]:
    """Serve inside this process and yield the address; ``prepare`` sees the application before it starts."""
    app = make_app(settings, upstreams)
    prepare(app)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
