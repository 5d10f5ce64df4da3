"""What a gateway says of itself when it lets us in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from propactor.adapters.openclaw.protocol import stored
from propactor.core.errors import GatewayRefused

NEEDED = ("operator.read", "operator.write")
ADMIN = "operator.admin"
SMALLEST_PAYLOAD = 512 * 1024
"""Bytes a gateway takes in one frame, where it doesn't say."""


@dataclass(frozen=True, slots=True)
class Hello:
    """The gateway's side of the handshake. Ask it for features, not for its version: some just say ``dev``.

    ``scopes`` is None where the gateway doesn't say; it then grants what was asked for.
    """

    protocol: int
    version: str
    methods: frozenset[str] = frozenset()
    capabilities: frozenset[str] = frozenset()
    scopes: frozenset[str] | None = None
    max_payload: int = SMALLEST_PAYLOAD
    tick_seconds: float = 30.0
    sessions_path: str | None = None
    state_dir: str | None = None
    boot_id: str | None = None
    uptime: float | None = None
    """For how many seconds the gateway has been running, when it said so."""

    def offers(self, method: str) -> bool:
        """Tell whether the gateway knows a method."""
        return method in self.methods

    def grants(self, scope: str) -> bool:
        """Tell whether we may use what needs a scope."""
        return self.scopes is None or scope in self.scopes or (ADMIN in self.scopes and scope in NEEDED)

    @property
    def protocol_3(self) -> bool:
        """Tell whether the rules of 2026.2 hold: no thoughts, no abort, an ``ok`` that lies."""
        return self.protocol <= 3

    @property
    def pushes_sessions(self) -> bool:
        """Tell whether a session's events and messages can be subscribed to."""
        return self.offers("sessions.messages.subscribe")

    @property
    def aborts(self) -> bool:
        """Tell whether a run can be stopped as a run."""
        return self.offers("sessions.abort")

    @property
    def transcript(self) -> str | None:
        """Return ``jsonl`` or ``sqlite``, by how the path of the sessions ends; None if it isn't told."""
        kinds = {".json": "jsonl", ".sqlite": "sqlite"}
        path = self.sessions_path or ""
        return next((kind for suffix, kind in kinds.items() if path.endswith(suffix)), None)


def parse(payload: Mapping[str, Any]) -> Hello:
    """Read the payload of the response to ``connect``.

    Raises:
        GatewayRefused: this is no hello, or it grants too little to be of use.
    """
    if payload.get("type") != "hello-ok" or not isinstance(payload.get("protocol"), int):
        raise GatewayRefused("what answers at the gateway's address is not an OpenClaw gateway")
    features, policy = payload.get("features") or {}, payload.get("policy") or {}
    server, snapshot = payload.get("server") or {}, payload.get("snapshot") or {}
    hello = Hello(
        protocol=payload["protocol"],
        version=str(server.get("version") or "unknown"),
        methods=frozenset(features.get("methods") or ()),
        capabilities=frozenset(features.get("capabilities") or ()),
        scopes=_scopes(payload),
        max_payload=int(policy.get("maxPayload") or SMALLEST_PAYLOAD),
        tick_seconds=float(policy.get("tickIntervalMs") or 30_000) / 1000,
        sessions_path=_sessions_path(snapshot),
        state_dir=snapshot.get("stateDir"),
        boot_id=server.get("bootId"),
        uptime=_seconds(snapshot.get("uptimeMs")),
    )
    return _checked(hello)


def _checked(hello: Hello) -> Hello:
    missing = [scope for scope in NEEDED if not hello.grants(scope)]
    if missing:
        raise GatewayRefused(
            f"the gateway let us in without the scopes {', '.join(missing)}: no call would work and"
            " no event come (connect from the gateway's own host, or pair this one)"
        )
    return hello


def _scopes(payload: Mapping[str, Any]) -> frozenset[str] | None:
    """Return what was granted; gateways of February don't tell."""
    scopes = (payload.get("auth") or {}).get("scopes")
    return None if scopes is None else frozenset(scopes)


def _seconds(milliseconds: object) -> float | None:
    return milliseconds / 1000 if isinstance(milliseconds, int | float) else None


def _sessions_path(snapshot: Mapping[str, Any]) -> str | None:
    agents = (snapshot.get("health") or {}).get("agents") or ()
    paths = [(agent.get("sessions") or {}).get("path") for agent in agents if isinstance(agent, Mapping)]
    return next((path for path in paths if isinstance(path, str)), None)


_CLOCK_ERROR = 3.0
"""Seconds by which two readings of when a gateway began may differ. None is restarted faster than that."""


@dataclass(frozen=True, slots=True)
class GatewayIdentity:
    """One life of a gateway: its id (2026.7 and later), or when it began, on our clock."""

    boot_id: str | None = None
    began_at: float | None = None

    def is_same(self, other: "GatewayIdentity") -> bool:
        """Return True if both are known to be one life; False where that can't be known."""
        if self.boot_id is not None or other.boot_id is not None:
            return self.boot_id == other.boot_id
        if self.began_at is None or other.began_at is None:
            return False
        return abs(self.began_at - other.began_at) < _CLOCK_ERROR


def identify(hello: Hello, now: float) -> GatewayIdentity:
    """Return which life a gateway is in, by what it says at ``now`` (seconds, on any clock)."""
    return GatewayIdentity(hello.boot_id, None if hello.uptime is None else now - hello.uptime)


Place = Literal["gateway", "transcript", "history"]
TOOLS: frozenset[type] = frozenset({stored.Call, stored.Outcome})


def thoughts_from(hello: Hello, *, files: bool) -> Place:
    """Return where thoughts come from: protocol 3 only stores them."""
    return missed_from(hello, files=files) if hello.protocol_3 else "gateway"


def missed_from(hello: Hello, *, files: bool) -> Place:
    """Return where comes from what live events leave out; ``files`` if the gateway's can be read here."""
    return "transcript" if files and reads_files(hello) else "history"


def reads_files(hello: Hello) -> bool:
    """Return True if the gateway keeps files that are worth reading: later ones push what they store."""
    return hello.protocol_3 and hello.transcript != "sqlite"


def unheard(hello: Hello, *, tools: bool) -> frozenset[type]:
    """Return the kinds of items that live events of this gateway never have; ``tools`` if they have tools."""
    thoughts = frozenset({stored.Thought}) if hello.protocol_3 else frozenset()
    return thoughts if tools else thoughts | TOOLS
