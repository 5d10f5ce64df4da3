"""What went wrong at a model's API, and whose fault it is: from statuses and error objects to our errors."""

import math
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from propactor.core.errors import ModelRefused, UpstreamError
from propactor.redaction import redact
from propactor.redaction.shape import REDACTED

LIMIT = 300
"""Characters of the API's own words."""
PASSING = frozenset({408, 409, 425, 429})
"""Statuses below 500 after which trying again may help."""
REMEDIES: Mapping[int, str] = {
    401: "check [model] api_key",
    402: "the account has no credit",
    403: "check what [model] api_key allows",
    404: "check [model] base_url and the model's name",
}
REFUSALS = frozenset(
    {
        *("authentication_error", "permission_error", "not_found_error", "invalid_request_error"),
        *("billing_error", "insufficient_quota", "invalid_api_key", "model_not_found"),
    }
)
"""Types and codes of error objects after which trying again doesn't help."""


def from_status(
    status: int, headers: Mapping[str, str], body: object, *, now: float, key: str = ""
) -> UpstreamError:
    """Turn an HTTP answer that is no stream into an error."""
    said = sentence(f"the model's API answered {status} {_phrase(status)}".rstrip(), words(body), key)
    if (status not in PASSING and status < HTTPStatus.INTERNAL_SERVER_ERROR) or _hopeless(body):
        remedy = REMEDIES.get(status)
        return ModelRefused(f"{said} ({remedy})" if remedy else said)
    return UpstreamError(said, retry_after_ms=retry_after(headers, now=now))


def told(error: object, key: str = "") -> UpstreamError:
    """Turn an error object in the middle of a stream into an error."""
    said = sentence("the model failed", words(error), key)
    code = error.get("code") if isinstance(error, Mapping) else None
    refused = isinstance(code, int) and 400 <= code < 500 and code not in PASSING
    return ModelRefused(said) if refused or _hopeless(error) else UpstreamError(said)


def retry_after(headers: Mapping[str, str], *, now: float) -> int | None:
    """Read when to try again, in milliseconds from now: in either unit, or as a date."""
    for name, scale in (("retry-after-ms", 1), ("retry-after", 1000)):
        if (value := _number(headers.get(name, ""))) is not None:
            return max(0, int(value * scale))
    date = _date(headers.get("retry-after", ""))
    return None if date is None else max(0, int((date.timestamp() - now) * 1000))


def words(body: object) -> str:
    """Find the API's own words in what it sent; there may be none."""
    if isinstance(body, Mapping):
        return words(body.get("error") or body.get("message") or body.get("detail"))
    return body if isinstance(body, str) else ""


def sentence(what: str, why: str | None, key: str = "") -> str:
    """Say what happened and, where that is known, why: without secrets, our own key above all."""
    if not why:
        return what
    return f"{what}: {redact(why.replace(key, REDACTED) if key else why)[:LIMIT]}"


def _hopeless(body: object) -> bool:
    if not isinstance(body, Mapping):
        return False
    inner = body.get("error")
    if isinstance(inner, Mapping):
        return _hopeless(inner)
    return bool({str(body.get("type")), str(body.get("code"))} & REFUSALS)


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None
