"""Turns errors before a stream starts into problem details (RFC 9457)."""

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
    """Return an error as ``application/problem+json``.

    Args:
        error: What went wrong.
        status: The HTTP status, where it isn't that of the error's class.
        code: The stable code, where it isn't that of the error's class.
        recoverable: Whether trying again may help, where the error's class doesn't say.
    """
    status = status or error.status
    headers = {"Cache-Control": "no-store"}
    if error.retry_after_ms is not None:
        # In whole seconds, rounded up: rounded down, 500 ms would say "at once" (RFC 9110, 10.2.3).
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
    """Give aiohttp's own errors the same form.

    ``Allow`` is kept: a 405 must have it (RFC 9110, 15.5.6).
    """
    if isinstance(exc, web.HTTPRequestEntityTooLarge):
        return problem(RequestTooLarge("The body is over the limit."))
    code = exc.reason.upper().replace(" ", "_")
    response = problem(PropactorError(exc.reason), exc.status, code=code, recoverable=False)
    if "Allow" in exc.headers:
        response.headers["Allow"] = exc.headers["Allow"]
    return response


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer with a problem where a handler raises. A defect is logged, without the body of the request."""
    try:
        return await handler(request)
    except PropactorError as exc:
        return problem(exc)
    except web.HTTPException as exc:
        if exc.status < HTTPStatus.BAD_REQUEST:
            raise
        return _translate(exc)
    except ConnectionResetError:  # the client is gone: no answer reaches it, and aiohttp cleans up
        raise
    except Exception:  # guards the request: a defect of ours must have an answer
        log.exception("%s %s failed", request.method, request.path)
        return problem(InternalError("Something of ours failed."))
