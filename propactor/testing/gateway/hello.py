"""What a gateway says of itself: ``connect.challenge``, ``hello-ok`` and ``health``."""

import time
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from propactor.testing.gateway.frames import Json
from propactor.testing.gateway.handshake import Grant
from propactor.testing.gateway.profile import Profile
from propactor.testing.gateway.sessions import now_ms

STATE_DIR = "/home/dev/.openclaw"
_SESSION_DEFAULTS = {
    "defaultAgentId": "main",
    "mainKey": "main",
    "mainSessionKey": "agent:main:main",
    "scope": "per-sender",
}


def challenge(profile: Profile) -> Json:
    """Return the payload of the first event on a connection."""
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


@dataclass(slots=True)
class GatewayProcess:
    """What tells one process of a gateway from the next, and where it keeps its state.

    ``began_at`` is on the clock of ``time.monotonic``: a test that takes an hour from it has an old gateway.
    """

    state_dir: str = STATE_DIR
    boot_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    began_at: float = field(default_factory=time.monotonic)

    def renew(self) -> None:
        """Be the next process."""
        self.boot_id, self.began_at = str(uuid.uuid4()), time.monotonic()


def hello(
    profile: Profile,
    grant: Grant,
    process: GatewayProcess,
    *,
    methods: list[str],
    agents: Iterable[str],
    tick: float,
) -> Json:
    """Return the answer to a ``connect`` that was granted.

    Args:
        profile: says what of the following is told.
        grant: what the client may do.
        process: since when the gateway runs, and where it keeps its state.
        methods: the names of the methods that it has.
        agents: the ids of its agents.
        tick: seconds between two of its ticks.
    """
    server: Json = {"version": profile.version, "connId": str(uuid.uuid4()), **profile.server}
    if profile.names_process:
        server["bootId"] = process.boot_id
    features: Json = {"methods": methods, "events": profile.events}
    if profile.capabilities:
        features["capabilities"] = profile.capabilities
    welcome: Json = {"type": "hello-ok", "protocol": profile.protocol, "server": server, "features": features}
    if profile.names_scopes:
        welcome["auth"] = {"method": "token", "role": grant.role, "scopes": list(grant.scopes)}
    welcome["snapshot"] = _snapshot(profile, grant, process, agents)
    return welcome | {"policy": {**profile.policy, "tickIntervalMs": int(tick * 1000)}}


def _snapshot(profile: Profile, grant: Grant, process: GatewayProcess, agents: Iterable[str]) -> Json:
    uptime = int((time.monotonic() - process.began_at) * 1000)
    snapshot: Json = {"presence": [], "health": health(profile, agents, process.state_dir)}
    snapshot |= {"uptimeMs": uptime, "stateVersion": {"presence": 1, "health": 1}}
    if not profile.paths_need_admin or "operator.admin" in grant.scopes:
        snapshot |= {"configPath": f"{process.state_dir}/openclaw.json", "stateDir": process.state_dir}
    return snapshot | {"sessionDefaults": _SESSION_DEFAULTS}
