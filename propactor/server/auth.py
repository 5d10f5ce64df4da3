"""Who may call: a bearer token where one is set."""

import hmac

from aiohttp import web

from propactor.core.errors import Unauthorized
from propactor.server.errors import Handler
from propactor.server.keys import SETTINGS


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let only callers with the token through to the API, if there is a token."""
    token = request.app[SETTINGS].server.token.get_secret_value()
    if token and request.path.startswith("/api/") and not _has(request, token):
        raise Unauthorized("This service wants `Authorization: Bearer <token>`.")
    return await handler(request)


def _has(request: web.Request, token: str) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())
