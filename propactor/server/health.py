"""Liveness, readiness and metrics, for those who operate the service."""

from aiohttp import web
from prometheus_client.exposition import choose_encoder

from propactor import __version__
from propactor.server.json import json_response
from propactor.server.keys import METRICS, SUPERVISOR, UPSTREAMS


async def healthz(_: web.Request) -> web.Response:
    """Answer, which shows that the event loop runs."""
    return json_response({"status": "ok", "version": __version__})


async def readyz(request: web.Request) -> web.Response:
    """Answer whether new generations are taken (200 or 503), and what each upstream can do.

    A gateway that is down makes the service ``degraded``, not unready, as long as another upstream or the
    template can answer.
    """
    supervisor, upstreams = request.app[SUPERVISOR], request.app[UPSTREAMS]
    described = upstreams.describe()
    if supervisor.stopping:
        status, code = "stopping", 503
    elif not upstreams.serving:
        status, code = "unavailable", 503
    else:
        status = "ok" if all(d["problem"] is None for d in described) else "degraded"
        code = 200
    body = {"status": status, "generations": len(supervisor.live), "upstreams": described}
    return json_response(body, status=code)


async def metrics(request: web.Request) -> web.Response:
    """Answer with the metrics, in the text format that the scraper asks for."""
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    body = encode(request.app[METRICS].registry)
    return web.Response(body=body, headers={"Content-Type": content_type})
