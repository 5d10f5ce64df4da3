"""JSON answers."""

from collections.abc import Mapping

from aiohttp import web

from propactor.core import jsontext


def json_response(
    body: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Answer with JSON that nobody caches."""
    return web.Response(
        body=jsontext.dumps(body),
        status=status,
        headers={"Cache-Control": "no-store", **(headers or {})},
        content_type="application/json",
    )
