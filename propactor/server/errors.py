"""Errors before a stream starts: problem details as in RFC 9457, whoever's fault it was."""

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

from propactor.core import jsontext
from propactor.core.errors import InternalError, PropactorError, RequestTooLarge, error_classes

log = logging.getLogger(__name__)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def status_of(code: str) -> int:
    """Return the HTTP status of an error code."""
    return next((cls.status for cls in error_classes() if cls.code == code), 500)


def problem(
    error: PropactorError, status: int | None = None, *, code: str = "", recoverable: bool | None = None
) -> web.Response:
    """Return an error as ``application/problem+json``."""
    status = status or error.status
    headers = {"Cache-Control": "no-store"}
    if error.retry_after_ms is not None:
        headers["Retry-After"] = str(max(1, -(-error.retry_after_ms // 1000)))
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": error.message,
        "code": code or error.code,
        "recoverable": error.recoverable if recoverable is None else recoverable,
    }
    return web.Response(
        body=jsontext.dumps(body), status=status, headers=headers, content_type="application/problem+json"
    )


def _translate(exc: web.HTTPException) -> web.Response:
    """Give aiohttp's own errors the same form, and keep the header that matters."""
    if isinstance(exc, web.HTTPRequestEntityTooLarge):
        return problem(RequestTooLarge("The body is over the limit."))
    code = exc.reason.upper().replace(" ", "_")
    response = problem(PropactorError(exc.reason), exc.status, code=code, recoverable=False)
    if "Allow" in exc.headers:
        response.headers["Allow"] = exc.headers["Allow"]
    return response


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever a handler raises into a problem; a defect is logged once, without what was asked."""
    try:
        return await handler(request)
    except PropactorError as exc:
        return problem(exc)
    except web.HTTPException as exc:
        if exc.status < HTTPStatus.BAD_REQUEST:
            raise
        return _translate(exc)
    except ConnectionResetError:
        raise
    except Exception:  # guards the request: a defect of ours must have an answer
        log.exception("%s %s failed", request.method, request.path)
        return problem(InternalError("Something of ours failed."))
