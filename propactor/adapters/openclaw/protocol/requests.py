"""The frames we send: plain functions from what is wanted to what goes over the wire."""

from collections.abc import Mapping
from typing import Any

from propactor import __version__
from propactor.core import jsontext

SCOPES = ("operator.read", "operator.write", "operator.admin")
CAPABILITIES = ("tool-events", "session-scoped-events")
"""Tool events come only to who asks; so do, since protocol 4, the events of only our sessions."""

Params = dict[str, Any]


def request(request_id: str, method: str, params: Mapping[str, Any]) -> bytes:
    """Encode a request."""
    return jsontext.dumps({"type": "req", "id": request_id, "method": method, "params": params})


def connect(token: str) -> Params:
    """Introduce ourselves. This client and mode keep their scopes without a device key, on all versions."""
    return {
        "minProtocol": 3,
        "maxProtocol": 4,
        "client": {"id": "gateway-client", "version": __version__, "platform": "python", "mode": "backend"},
        "role": "operator",
        "scopes": list(SCOPES),
        "caps": list(CAPABILITIES),
        "auth": {"token": token},
    }


def agent(
    *,
    message: str,
    agent_id: str,
    session_key: str,
    run_id: str,
    timeout: int,
    thinking: str | None,
    system: str,
) -> Params:
    """Ask for a run. The idempotency key becomes the run's id; a key that isn't known is refused."""
    params = {
        "message": message,
        "agentId": agent_id,
        "sessionKey": session_key,
        "idempotencyKey": run_id,
        "timeout": timeout,
        "extraSystemPrompt": system,
    }
    return {**params, "thinking": thinking} if thinking else params


def session_key(agent_id: str, job_id: str) -> str:
    """Name a session of its own for each generation; gateways since 2026.2.26 know lower case only."""
    return f"agent:{agent_id}:{job_id}".lower()


def subscribe(key: str) -> Params:
    """Ask for a session's events; ``sessions.messages.unsubscribe`` takes the same."""
    return {"key": key}


def session_patch(key: str, wishes: Mapping[str, str]) -> Params:
    """Change what a session remembers; it is made if there is none."""
    return {"key": key, **wishes}


def chat_abort(key: str, run_id: str) -> Params:
    """Stop a run, protocol 4."""
    return {"sessionKey": key, "runId": run_id}


def session_abort(key: str, run_id: str) -> Params:
    """Stop a run, where ``chat.abort`` found nothing to stop."""
    return {"key": key, "runId": run_id}


def session_delete(key: str) -> Params:
    """Delete a session: the only thing that stops a run of protocol 3. Its transcript file stays."""
    return {"key": key, "deleteTranscript": False}


def history(key: str, limit: int, *, cursor: str | None = None, chars: int | None = None) -> Params:
    """Ask for the last messages of a session, or those since a place; ``chars`` is the most of each."""
    more = {"cursor": cursor, "maxChars": chars}
    return {"sessionKey": key, "limit": limit, **{name: value for name, value in more.items() if value}}


def wait(run_id: str, seconds: float) -> Params:
    """Ask to be told of a run's end, or that it hasn't come."""
    return {"runId": run_id, "timeoutMs": int(seconds * 1000)}
