"""What a gateway says of itself to who is let in."""

import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from propactor.testing.gateway.frames import Json
from propactor.testing.gateway.handshake import Grant
from propactor.testing.gateway.profile import Profile
from propactor.testing.gateway.sessions import now_ms

STATE_DIR = "/home/dev/.openclaw"


def challenge(profile: Profile) -> Json:
    """Return the first thing a gateway says."""
    return {"nonce": str(uuid.uuid4()), "ts": now_ms(), **profile.challenge}


def health(profile: Profile, agents: Iterable[str], state_dir: str = STATE_DIR) -> Json:
    """Return how the gateway is, and where its agents keep their sessions."""
    rows = [
        {
            "agentId": agent,
            "isDefault": agent == "main",
            "sessions": {
                "path": profile.session_path.format(state=state_dir, agent=agent),
                "count": 0,
                "recent": [],
            },
        }
        for agent in agents
    ]
    head: Json = {"ok": True, "ts": now_ms(), "durationMs": 0, "channels": {}, "channelOrder": []}
    return {**head, "channelLabels": {}, "heartbeatSeconds": 0, "defaultAgentId": "main", "agents": rows}


@dataclass(frozen=True, slots=True)
class House:
    """What a gateway says of itself to everybody: since when it runs, where it keeps things."""

    state_dir: str = STATE_DIR
    boot_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    began_at: float = field(default_factory=time.monotonic)


def hello(
    profile: Profile, grant: Grant, house: House, *, methods: list[str], agents: Iterable[str], tick: float
) -> Json:
    """Return the welcome."""
    uptime = int((time.monotonic() - house.began_at) * 1000)
    kept = health(profile, agents, house.state_dir)
    snapshot: Json = {"presence": [], "health": kept, "uptimeMs": uptime}
    snapshot |= {"stateVersion": {"presence": 1, "health": 1}, "sessionDefaults": _defaults()}
    if not profile.paths_need_admin or "operator.admin" in grant.scopes:
        snapshot |= {"configPath": f"{house.state_dir}/openclaw.json", "stateDir": house.state_dir}
    features: Json = {"methods": methods, "events": profile.events}
    if profile.capabilities:
        features["capabilities"] = profile.capabilities
    server: Json = {"version": profile.version, "connId": str(uuid.uuid4()), **profile.server}
    if profile.names_process:
        server["bootId"] = house.boot_id
    welcome: Json = {"type": "hello-ok", "protocol": profile.protocol, "server": server, "features": features}
    if profile.names_scopes:
        welcome["auth"] = {"method": "token", "role": grant.role, "scopes": list(grant.scopes)}
    return {**welcome, "snapshot": snapshot, "policy": {**profile.policy, "tickIntervalMs": int(tick * 1000)}}


def _defaults() -> Json:
    return {
        "defaultAgentId": "main",
        "mainKey": "main",
        "mainSessionKey": "agent:main:main",
        "scope": "per-sender",
    }
