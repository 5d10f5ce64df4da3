"""What a gateway says of itself to who is let in."""

import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from propactor.testing.gateway.frames import Json
from propactor.testing.gateway.handshake import Grant
from propactor.testing.gateway.sessions import now_ms

STATE_DIR = "/home/dev/.openclaw"
VERSIONS = {3: "dev", 4: "2026.9.6"}
_STORES = {
    3: "{state}/agents/{agent}/sessions/sessions.json",
    4: "{state}/agents/{agent}/agent/openclaw-agent.sqlite",
}
POLICIES: dict[int, Json] = {
    3: {"maxPayload": 524288, "maxBufferedBytes": 1572864},
    4: {
        "maxPayload": 26214400,
        "maxBufferedBytes": 52428800,
        "attachments": {"maxBytes": 19464192, "maxImageBytes": 6291456},
    },
}
_EVENTS = {
    3: ["connect.challenge", "agent", "chat", "presence", "tick", "shutdown", "health"],
    4: [
        "connect.challenge",
        "agent",
        "chat",
        "session.message",
        "session.tool",
        "tick",
        "shutdown",
        "health",
        "task",
    ],
}


def challenge(protocol: int) -> Json:
    """Return the first thing a gateway says."""
    payload: Json = {"nonce": str(uuid.uuid4()), "ts": now_ms()}
    return payload | {"capabilities": ["model-catalog-snapshot"]} if protocol >= 4 else payload


def health(protocol: int, agents: Iterable[str], state_dir: str = STATE_DIR) -> Json:
    """Return how the gateway is, and where its agents keep their sessions."""
    rows = [
        {
            "agentId": agent,
            "isDefault": agent == "main",
            "sessions": {
                "path": _STORES[protocol].format(state=state_dir, agent=agent),
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
    protocol: int, grant: Grant, house: House, *, methods: list[str], agents: Iterable[str], tick: float
) -> Json:
    """Return the welcome."""
    server: Json = {"version": VERSIONS[protocol], "connId": str(uuid.uuid4())}
    uptime = int((time.monotonic() - house.began_at) * 1000)
    kept = health(protocol, agents, house.state_dir)
    snapshot: Json = {"presence": [], "health": kept, "uptimeMs": uptime}
    snapshot |= {"stateVersion": {"presence": 1, "health": 1}, "sessionDefaults": _defaults()}
    if protocol == 3 or "operator.admin" in grant.scopes:
        snapshot |= {"configPath": f"{house.state_dir}/openclaw.json", "stateDir": house.state_dir}
    features: Json = {"methods": methods, "events": _EVENTS[protocol]}
    welcome: Json = {"type": "hello-ok", "protocol": protocol, "server": server, "features": features}
    policy = {**POLICIES[protocol], "tickIntervalMs": int(tick * 1000)}
    if protocol == 3:
        server["host"] = "gateway-host"
        return {**welcome, "snapshot": snapshot, "policy": policy}
    server |= {"buildId": f"{VERSIONS[4]}-release", "bootId": house.boot_id}
    features["capabilities"] = ["session-settings-contract"]
    auth = {"method": "token", "role": grant.role, "scopes": list(grant.scopes)}
    return {**welcome, "auth": auth, "snapshot": snapshot, "policy": policy}


def _defaults() -> Json:
    return {
        "defaultAgentId": "main",
        "mainKey": "main",
        "mainSessionKey": "agent:main:main",
        "scope": "per-sender",
    }
