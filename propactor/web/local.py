"""A server for one command: on loopback, on a free port, gone with the command."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from propactor.settings import Settings
from propactor.web.app import make_app


@asynccontextmanager
async def local_server(settings: Settings) -> AsyncIterator[str]:
    """Serve inside this process and yield the address."""
    runner = web.AppRunner(
        make_app(settings), access_log=None, handler_cancellation=True, shutdown_timeout=1.0
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
