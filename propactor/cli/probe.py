"""Connects to the gateway once, and reports what it found."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.protocol.capabilities import Hello
from propactor.cli.streaming import Finding, findings
from propactor.core.errors import PropactorError
from propactor.redaction import redact
from propactor.settings.tables import Gateway

CALL_SECONDS = 5.0
UNREACHABLE = "start the gateway, or correct [gateway] url"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a gateway can't be used, and what may help."""

    code: str
    message: str
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """What one connection taught; without ``hello`` there was none."""

    url: str
    hello: Hello | None = None
    findings: tuple[Finding, ...] = ()
    trouble: Trouble | None = None

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        known = _known(self.hello) if self.hello is not None else {}
        return {
            "url": self.url,
            "connected": self.hello is not None,
            **known,
            "streams": [asdict(finding) for finding in self.findings],
            "trouble": asdict(self.trouble) if self.trouble else None,
        }


def _known(hello: Hello) -> dict[str, object]:
    return {
        "version": hello.version,
        "protocol": hello.protocol,
        "scopes": None if hello.scopes is None else sorted(hello.scopes),
        "capabilities": sorted(hello.capabilities),
        "methods": len(hello.methods),
        "maxPayload": hello.max_payload,
        "transcript": hello.transcript,
    }


class Caller(Protocol):
    """What can be asked something, such as a link."""

    async def call(self, method: str, params: Mapping[str, Any], *, timeout: float) -> Mapping[str, Any]:
        """Return the payload of the answer."""
        ...


async def probe(gateway: Gateway, *, timeout: float) -> Probe:
    """Connect, look around, hang up."""
    url = redact(gateway.url)
    link = Link(url=gateway.url, token=gateway.token.get_secret_value())
    link.start()
    try:
        hello = await link.wait_ready(timeout)
        trouble = await agent_trouble(link, hello, gateway.agent_id)
    except PropactorError as exc:
        remedy = UNREACHABLE if exc.code == "GATEWAY_UNAVAILABLE" else None
        return Probe(url, trouble=Trouble(exc.code, exc.message, remedy))
    finally:
        await link.close()
    return Probe(url, hello, tuple(findings(hello, gateway)), trouble)


async def agent_trouble(link: Caller, hello: Hello, agent_id: str) -> Trouble | None:
    """Look whether the agent exists, where the gateway tells."""
    if not hello.offers("agents.list"):
        return None
    try:
        answer = await link.call("agents.list", {}, timeout=CALL_SECONDS)
    except PropactorError:
        return None  # that we may not look is no trouble yet
    ids = [str(agent.get("id")) for agent in answer.get("agents") or () if isinstance(agent, Mapping)]
    return _missing(agent_id, ids) if ids else None


def _missing(agent_id: str, ids: Sequence[str]) -> Trouble | None:
    if agent_id.lower() in {known.lower() for known in ids}:
        return None
    return Trouble(
        "UNKNOWN_AGENT",
        f"the gateway has no agent {agent_id!r}",
        f"set [gateway] agent_id to one of {', '.join(ids)}",
    )
