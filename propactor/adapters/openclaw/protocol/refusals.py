"""Why the gateway says no, and what to do about it: one table for the handshake and for requests."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from propactor.core.errors import GatewayRefused, GatewayUnavailable, PropactorError
from propactor.redaction import redact


class _Row(NamedTuple):
    """``sign`` is a code, or words from the message, that older gateways send alone."""

    sign: str
    remedy: str


TABLE: tuple[_Row, ...] = (
    _Row("AUTH_TOKEN_MISMATCH", "set [gateway] token to the gateway's token"),
    _Row("AUTH_TOKEN_MISSING", "set [gateway] token to the gateway's token"),
    _Row("token mismatch", "set [gateway] token to the gateway's token"),
    _Row("unauthorized", "check [gateway] token"),
    _Row("DEVICE_IDENTITY_REQUIRED", "set [gateway] token, and connect from the gateway's own host"),
    _Row("device identity required", "set [gateway] token, and connect from the gateway's own host"),
    _Row("NOT_PAIRED", "pair this host with the gateway"),
    _Row("PROTOCOL_MISMATCH", "propactor speaks protocols 3 and 4; use a gateway from 2026.2 on"),
    _Row("protocol mismatch", "propactor speaks protocols 3 and 4; use a gateway from 2026.2 on"),
    _Row("ORIGIN_NOT_ALLOWED", "connect directly, not through something that adds an Origin header"),
    _Row("origin not allowed", "connect directly, not through something that adds an Origin header"),
    _Row("MISSING_SCOPE", "give the token the scopes operator.read and operator.write"),
    _Row("missing scope", "give the token the scopes operator.read and operator.write"),
    _Row("unknown agent id", "set [gateway] agent_id to an agent the gateway has"),
    _Row("no longer exists in configuration", "set [gateway] agent_id to an agent the gateway has"),
    _Row("Invalid thinking level", "use one of off, minimal, low, medium, high"),
)
PASSING = ("UNAVAILABLE", "NOT_READY", "RATE_LIMITED")
"""Codes of a gateway that is starting, stopping or busy."""


def refusal(error: Mapping[str, Any]) -> PropactorError:
    """Turn the error of a response into ours: passing trouble, or a refusal with its remedy."""
    message = redact(str(error.get("message") or "the gateway gave no reason"))
    remedy = _remedy(error)
    if remedy is None and (error.get("retryable") or error.get("code") in PASSING):
        return GatewayUnavailable(f"the gateway is not ready: {message}", retry_after_ms=_pause(error))
    return GatewayRefused(f"the gateway refused: {message}" + (f" ({remedy})" if remedy else ""))


def _remedy(error: Mapping[str, Any]) -> str | None:
    """Look the error up: by the code in its details, its own code, or its words."""
    details = error.get("details")
    code = details.get("code") if isinstance(details, Mapping) else None
    text = f"{code or ''} {error.get('code') or ''} {error.get('message') or ''}"
    return next((row.remedy for row in TABLE if row.sign in text), None)


def _pause(error: Mapping[str, Any]) -> int | None:
    pause = error.get("retryAfterMs")
    return int(pause) if isinstance(pause, int | float) and pause >= 0 else None
