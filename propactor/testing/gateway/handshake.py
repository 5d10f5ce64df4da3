"""The handshake: who may connect, with which scopes, and how the others are refused.

Signatures of devices are taken on trust: a fake has no list of paired ones.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from propactor.core import jsontext
from propactor.testing.gateway.frames import Json, error
from propactor.testing.gateway.profile import Profile

CLIENT_IDS = frozenset(
    {
        *("webchat-ui", "openclaw-control-ui", "webchat", "cli", "gateway-client", "openclaw-macos"),
        *("openclaw-ios", "openclaw-android", "node-host", "test", "fingerprint", "openclaw-probe"),
    }
)
MODES = frozenset(("webchat", "cli", "ui", "backend", "node", "probe", "test"))
_BROWSERS = ("webchat", "webchat-ui", "openclaw-control-ui")
_FIELDS = frozenset(
    {
        *("minProtocol", "maxProtocol", "client", "role", "scopes", "caps", "commands", "permissions"),
        *("pathEnv", "auth", "locale", "userAgent", "device"),
    }
)
_CLIENT_FIELDS = frozenset(
    ("id", "displayName", "version", "platform", "deviceFamily", "modelIdentifier", "mode", "instanceId")
)
_ORIGIN = (
    "origin not allowed (open the Control UI from the gateway host or allow it in"
    " gateway.controlUi.allowedOrigins)"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A client is refused: with an error, unless there is no request to answer, and a close code."""

    error: Json | None = None
    close: int = 1008

    @property
    def reason(self) -> str:
        """Return the reason in the close frame, which has room for 123 bytes."""
        return str(self.error["message"])[:123] if self.error else ""


@dataclass(frozen=True, slots=True)
class Grant:
    """A client may connect."""

    role: str
    scopes: tuple[str, ...]
    caps: frozenset[str]


@dataclass(slots=True)
class Admission:
    """Decides who may connect."""

    profile: Profile
    token: str
    starting: int = 0
    """How many connections are still sent away because the gateway starts."""
    retry_after_ms: int = 500
    """When those are told to come back, in milliseconds."""

    def admit(self, params: Mapping[str, Any], origin: str | None = None) -> Grant | Refusal:
        """Decide about the parameters of a ``connect`` that came with an ``Origin`` header or without."""
        if self.starting:
            self.starting -= 1
            return self._not_ready()
        return self._first_refusal(params, origin) or self._grant(params)

    def _not_ready(self) -> Refusal:
        more: Json = {
            "retryable": True,
            "retryAfterMs": self.retry_after_ms,
            "details": {"reason": "startup-sidecars"},
        }
        return Refusal(error("UNAVAILABLE", "gateway starting; retry shortly", **more), 1013)

    def _first_refusal(self, params: Mapping[str, Any], origin: str | None) -> Refusal | None:
        """Check what a client says of itself, in the order in which gateways do."""
        checks: tuple[Callable[[], Refusal | None], ...] = (
            lambda: self._check_shape(params),
            lambda: self._check_version(params),
            lambda: self._check_role(params),
            lambda: self._check_origin(params, origin),
            lambda: self._check_auth(params),
        )
        refusals = (check() for check in checks)
        return next((refusal for refusal in refusals if refusal), None)

    def _refuse(
        self, message: str, details: Json | None = None, *, code: str = "INVALID_REQUEST", close: int = 1008
    ) -> Refusal:
        """Return a refusal. A mismatch of protocols has details on every release."""
        if details and (self.profile.error_details or close == 1002):
            return Refusal(error(code, message, details=details), close)
        return Refusal(error(code, message), close)

    def _check_shape(self, params: Mapping[str, Any]) -> Refusal | None:
        client = params.get("client") or {}
        faults = (
            *(
                f"must have required property '{name}'"
                for name in ("minProtocol", "maxProtocol", "client")
                if name not in params
            ),
            *(f"at root: unexpected property '{name}'" for name in params if name not in _FIELDS),
            *(f"at /client: unexpected property '{name}'" for name in client if name not in _CLIENT_FIELDS),
            *(
                f"at /client/{name}: " + self.profile.enum_fault.format(name=name)
                for name, allowed in (("id", CLIENT_IDS), ("mode", MODES))
                if client and client.get(name) not in allowed
            ),
            *self._device_faults(params.get("device")),
        )
        return self._refuse(f"invalid connect params: {'; '.join(faults)}") if faults else None

    def _device_faults(self, device: Mapping[str, Any] | None) -> tuple[str, ...]:
        lacks = self.profile.needs_nonce and device is not None and "nonce" not in device
        return ("at /device: must have required property 'nonce'",) if lacks else ()

    def _check_version(self, params: Mapping[str, Any]) -> Refusal | None:
        low, high = params["minProtocol"], params["maxProtocol"]
        if low <= self.profile.protocol <= high:
            return None
        details: Json = {"expectedProtocol": self.profile.protocol}
        if self.profile.error_details:
            details |= {"code": "PROTOCOL_MISMATCH", "clientMinProtocol": low, "clientMaxProtocol": high}
            details |= {"minimumProbeProtocol": 3}
        return self._refuse("protocol mismatch", details, close=1002)

    def _check_role(self, params: Mapping[str, Any]) -> Refusal | None:
        role = params.get("role", "operator")
        return None if role in ("operator", "node") else self._refuse("invalid role")

    def _check_origin(self, params: Mapping[str, Any], origin: str | None) -> Refusal | None:
        browser = params["client"]["id"] in _BROWSERS
        if not browser and (origin is None or not self.profile.checks_origin):
            return None
        reason = "origin not allowed" if origin else "origin missing or invalid"
        return self._refuse(_ORIGIN, {"code": "CONTROL_UI_ORIGIN_NOT_ALLOWED", "reason": reason})

    def _check_auth(self, params: Mapping[str, Any]) -> Refusal | None:
        auth = params.get("auth") or {}
        token, password = auth.get("token"), auth.get("password")
        if self.token in (token, password if self.profile.takes_password else None):
            return self._check_node(params)
        if not token and not password:
            return self._unknown_device()
        state = "mismatch" if token else "missing"
        details = {
            "code": f"AUTH_TOKEN_{state.upper()}",
            "authReason": f"token_{state}",
            "canRetryWithDeviceToken": False,
            "recommendedNextStep": "update_auth_credentials",
        }
        return self._refuse(f"unauthorized: gateway token {state} (provide gateway auth token)", details)

    def _check_node(self, params: Mapping[str, Any]) -> Refusal | None:
        strange = self.profile.nodes_need_device and params.get("role") == "node" and "device" not in params
        return self._unknown_device() if strange else None

    def _unknown_device(self) -> Refusal:
        return self._refuse(
            "device identity required", {"code": "DEVICE_IDENTITY_REQUIRED"}, code="NOT_PAIRED"
        )

    def _grant(self, params: Mapping[str, Any]) -> Grant:
        """Return what the client may do: all it asks for, or nothing where it isn't trusted."""
        client, role = params["client"], params.get("role", "operator")
        scopes = params.get("scopes", self.profile.default_scopes)
        trusted = self.profile.trusted_clients
        kept = trusted is None or "device" in params or (client["id"], client["mode"]) in trusted
        return Grant(role, tuple(scopes) if kept else (), frozenset(params.get("caps") or ()))


def read_connect(message: str | bytes) -> tuple[str | None, Mapping[str, Any] | Refusal]:
    """Return the id and the parameters of the first frame, if it is what a first frame has to be."""
    try:
        frame = jsontext.loads(message)
    except ValueError:
        return None, Refusal(close=1000)
    if not isinstance(frame, dict) or not isinstance(frame.get("id"), str):
        return None, Refusal(close=1008)
    if frame.get("type") == "req" and frame.get("method") == "connect":
        return frame["id"], frame.get("params") or {}
    return frame["id"], Refusal(error("INVALID_REQUEST", "invalid handshake: first request must be connect"))
