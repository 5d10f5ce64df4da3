"""Responses with JSON in them."""

from collections.abc import Mapping

from aiohttp import web

from propactor.core import jsontext


def json_response(
    body: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Return a response that no cache may keep.

    Args:
        body: Anything that JSON can say.
        status: The HTTP status.
        headers: More headers.
    """
    return web.Response(
        body=jsontext.dumps(body),
        status=status,
        headers={"Cache-Control": "no-store", **(headers or {})},
        content_type="application/json",
    )
