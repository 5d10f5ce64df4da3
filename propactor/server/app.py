"""The web application: its routes, and what is started and closed with it."""

import asyncio
from collections.abc import AsyncIterator

from aiohttp import web

from propactor.actors.supervisor import Supervisor
from propactor.actors.upstreams import Upstreams
from propactor.metrics import Metrics
from propactor.registry import configured, sources
from propactor.server import buffering_check, config, generations, health, page
from propactor.server.auth import guard
from propactor.server.errors import errors
from propactor.server.idempotency import Idempotency
from propactor.server.keys import IDEMPOTENCY, METRICS, SETTINGS, SUPERVISOR, UPSTREAMS, WRITE_BATCH
from propactor.server.pump import WriteBatch
from propactor.settings import Settings

ROUTES = (
    web.post("/api/creator/generate-prop-stream", generations.generate_stream),
    web.post("/api/creator/generate-prop", generations.generate),
    web.get("/api/creator/generations", generations.list_live),
    web.get("/api/creator/generations/{request_id}", generations.look),
    web.delete("/api/creator/generations/{request_id}", generations.cancel),
    web.get("/api/creator/generations/{request_id}/events", generations.events, allow_head=False),
    web.get("/healthz", health.healthz),
    web.get("/readyz", health.readyz),
    web.get("/metrics", health.metrics),
    *config.ROUTES,
    *buffering_check.ROUTES,
    *page.ROUTES,
)


def make_app(settings: Settings, upstreams: Upstreams | None = None) -> web.Application:
    """Build the application.

    Args:
        settings: Fixed for the life of the application.
        upstreams: What to ask instead of the upstreams that the settings configure.

    Raises:
        SettingsError: `[upstream] order` names an upstream that doesn't exist.
    """
    app = web.Application(middlewares=[errors, guard], client_max_size=settings.limits.body_bytes)
    app[SETTINGS] = settings
    app[METRICS] = Metrics(sources())
    app[IDEMPOTENCY] = Idempotency()
    app[UPSTREAMS] = upstreams or configured(settings, app[METRICS])
    app.add_routes(ROUTES)
    app.cleanup_ctx.append(_start_and_close)
    # Not in the cleanup: aiohttp cuts open responses before that, and their readers would see no ending.
    app.on_shutdown.append(_drain)
    return app


async def _start_and_close(app: web.Application) -> AsyncIterator[None]:
    """Start what needs a running loop, and close it afterwards."""
    app[SUPERVISOR] = Supervisor(app[SETTINGS], app[METRICS])
    app[WRITE_BATCH] = WriteBatch(asyncio.get_running_loop())
    for service in app[UPSTREAMS].services:
        service.start()
    yield
    for service in app[UPSTREAMS].services:
        await service.close()


async def _drain(app: web.Application) -> None:
    """End the live generations. ``serve`` has given them time to finish before; others give them none."""
    await app[SUPERVISOR].drain(0)
