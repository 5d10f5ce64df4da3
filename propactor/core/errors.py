"""Everything that can go wrong, by whose fault it is: the caller's, the upstream's, ours."""

from collections.abc import Iterator
from typing import ClassVar


class PropactorError(Exception):
    """A failure with a stable ``code``, an HTTP ``status`` and a word on whether trying again may help."""

    code: ClassVar[str] = "INTERNAL_ERROR"
    status: ClassVar[int] = 500
    recoverable: ClassVar[bool] = True

    def __init__(self, message: str, *, retry_after_ms: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after_ms = retry_after_ms


class CallerError(PropactorError):
    """The caller asked for something we don't do."""

    recoverable = False


class InvalidRequest(CallerError):
    """The body, a header or a parameter is not what the contract says."""

    code, status = "INVALID_REQUEST", 400


class UnsupportedMediaType(CallerError):
    """The body is not JSON."""

    code, status = "UNSUPPORTED_MEDIA_TYPE", 415


class RequestTooLarge(CallerError):
    """The body is over the limit."""

    code, status = "REQUEST_TOO_LARGE", 413


class InvalidFields(CallerError):
    """The body is JSON, but a field is missing, unknown or ill-typed."""

    code, status = "INVALID_FIELDS", 422


class Unauthorized(CallerError):
    """The token is missing or wrong."""

    code, status = "UNAUTHORIZED", 401


class NotFound(CallerError):
    """There is no such generation (any more)."""

    code, status = "NOT_FOUND", 404


class IdempotencyConflict(CallerError):
    """The same ``Idempotency-Key`` came with another body."""

    code, status = "IDEMPOTENCY_CONFLICT", 409


class CursorExpired(CallerError):
    """The place to resume from is no longer kept."""

    code, status = "CURSOR_EXPIRED", 410


class TooManyGenerations(CallerError):
    """As many generations run as the limit allows."""

    code, status, recoverable = "TOO_MANY_GENERATIONS", 429, True


class Cancelled(PropactorError):
    """Somebody asked to stop."""

    code, status, recoverable = "CANCELLED", 409, True


class UpstreamFault(PropactorError):
    """What we ask for events failed us."""

    status = 502


class GatewayUnavailable(UpstreamFault):
    """There is no connection to the gateway."""

    code, status = "GATEWAY_UNAVAILABLE", 503


class GatewayRefused(UpstreamFault):
    """The gateway doesn't want us: authentication, protocol, or an unknown agent."""

    code, recoverable = "GATEWAY_REFUSED", False


class GenerationTimeout(UpstreamFault):
    """A time limit passed: ``phase`` is ``accept``, ``first_event``, ``idle`` or ``total``."""

    code, status = "GEN_TIMEOUT", 504

    def __init__(self, message: str, *, phase: str) -> None:
        super().__init__(message)
        self.phase = phase


class InvalidModelOutput(UpstreamFault):
    """The model answered, but there is no prop in its answer."""

    code = "INVALID_MODEL_OUTPUT"


class UpstreamError(UpstreamFault):
    """The model, or what stands before it, failed."""

    code = "UPSTREAM_ERROR"


class ModelRefused(UpstreamError):
    """The model or its API says no: to our key, to the model's name, or to the request itself."""

    recoverable = False


class TailerFault(UpstreamFault):
    """The gateway's transcript is there, but can't be read."""

    code = "TAILER_IO_ERROR"


class ServiceStopping(PropactorError):
    """This process is shutting down."""

    code, status = "SERVICE_STOPPING", 503


class InternalError(PropactorError):
    """A defect of ours."""

    code, status = "INTERNAL_ERROR", 500


def error_classes(cls: type[PropactorError] = PropactorError) -> Iterator[type[PropactorError]]:
    """Yield a class of errors, and all that are below it."""
    yield cls
    for sub in cls.__subclasses__():
        yield from error_classes(sub)
