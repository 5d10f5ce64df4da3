"""Authentication of callers: a bearer token, where one is set."""

import hmac

from aiohttp import web

from propactor.core.errors import Unauthorized
from propactor.server.errors import Handler
from propactor.server.keys import SETTINGS


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse calls to the API that don't bring the token, if one is set; health and the page stay open.

    Raises:
        Unauthorized: the token is missing or wrong.
    """
    token = request.app[SETTINGS].server.token.get_secret_value()
    if token and request.path.startswith("/api/") and not _has(request, token):
        raise Unauthorized("This service wants `Authorization: Bearer <token>`.")
    return await handler(request)


def _has(request: web.Request, token: str) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    # compare_digest takes as long for a nearly right token as for a wrong one: timing gives nothing away.
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())
