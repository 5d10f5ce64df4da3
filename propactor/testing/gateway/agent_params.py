"""The parameters of ``agent``: what is wrong with them, and which session and agent they mean."""

import math
from collections.abc import Collection, Mapping
from typing import Any

from propactor.testing.gateway.profile import Profile

_STRINGS = ("message", "agentId", "sessionKey", "thinking", "extraSystemPrompt", "idempotencyKey")


def fault(params: Mapping[str, Any], profile: Profile, agents: Collection[str]) -> str | None:
    """Return what is wrong with the parameters, in the gateway's words."""
    found = _shape_fault(params, profile) or _agent_fault(params, profile, agents)
    return found and (
        found if found.startswith(("Agent", "malformed", "Multiple")) else f"invalid agent params: {found}"
    )


def _shape_fault(params: Mapping[str, Any], profile: Profile) -> str | None:
    for name in ("message", "idempotencyKey"):
        if name not in params:
            return f"must have required property '{name}'"
    for name in params:
        if name not in profile.agent_params:
            return f"at root: unexpected property '{name}'"
    for name in _STRINGS:
        if name in params and not isinstance(params[name], str):
            return f"at /{name}: must be string"
    if not params["message"]:
        return "at /message: must NOT have fewer than 1 characters"
    timeout = params.get("timeout", 0)
    return (
        None if isinstance(timeout, int) and not isinstance(timeout, bool) else "at /timeout: must be integer"
    )


def _agent_fault(params: Mapping[str, Any], profile: Profile, agents: Collection[str]) -> str | None:
    agent, key = params.get("agentId"), params.get("sessionKey", "")
    if agent is not None and agent not in agents:
        return f'unknown agent id "{agent}"'
    kind, _, rest = key.partition(":")
    owner, colon, _ = rest.partition(":")
    if kind != "agent":
        return None
    if profile.checks_key_owner and (not owner or not colon):
        return f'malformed session key "{key}"'
    if profile.checks_key_owner and owner not in agents:
        return f'Agent "{owner}" no longer exists in configuration'
    if agent is not None and owner != agent:
        return profile.other_owner.format(agent=agent, owner=owner)
    return None


def session_key(params: Mapping[str, Any], profile: Profile) -> str:
    """Return the key under which the session is kept."""
    key, agent = params.get("sessionKey"), params.get("agentId")
    if not key:
        return f"agent:{agent or 'main'}:main"
    if not profile.canonical_keys:
        return str(key)
    return str(key if key.startswith("agent:") else f"agent:{agent or 'main'}:{key}").lower()


def agent_of(params: Mapping[str, Any], key: str) -> str:
    """Return the agent whose session this is."""
    return key.split(":")[1] if key.startswith("agent:") else str(params.get("agentId") or "main")


def time_limit(params: Mapping[str, Any]) -> float:
    """Return after how many seconds the gateway stops the run."""
    return float(params.get("timeout") or math.inf)
