"""Answers what clients ask first: which features are on, which limits hold, which models there are."""

from aiohttp import web

from propactor import __version__
from propactor.server.json import json_response
from propactor.server.keys import SETTINGS, UPSTREAMS
from propactor.server.requests import DEFAULT_MODEL, PROMPT_CHARS


async def config(request: web.Request) -> web.Response:
    """Answer with feature flags and limits."""
    settings = request.app[SETTINGS]
    limits = {
        "promptChars": PROMPT_CHARS,
        "bodyBytes": settings.limits.body_bytes,
        "generations": settings.limits.generations,
        "totalSeconds": settings.timeouts.total,
        "heartbeatSeconds": settings.stream.heartbeat_seconds,
        "disconnectGraceSeconds": settings.stream.disconnect_grace_seconds,
        "retainSeconds": settings.stream.retain_seconds,
    }
    body = {
        "CREATOR_PROP_STREAMING": settings.features.prop_streaming,
        "rawPayloads": settings.debug.raw,
        "limits": limits,
        "version": __version__,
    }
    return json_response(body)


async def models(request: web.Request) -> web.Response:
    """Answer with the models that a request may name: one so far, that of the upstream asked first."""
    upstreams = request.app[UPSTREAMS]
    entry = {
        "key": DEFAULT_MODEL,
        "name": upstreams.first_label,
        "upstream": upstreams.first,
        "default": True,
    }
    return json_response({"models": [entry]})


ROUTES = (
    web.get("/api/creator/config", config),
    web.get("/api/creator/models", models),
)
