"""Connects to the gateway once, and reports what it is and what it will and won't stream.

What a version streams was measured: see the table in the README.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.protocol import capabilities
from propactor.adapters.openclaw.protocol.capabilities import ADMIN, Hello
from propactor.adapters.openclaw.session_history import Library
from propactor.core.errors import PropactorError
from propactor.core.upstream import Finding, ProbeReport, Trouble
from propactor.redaction import redact
from propactor.settings.tables import Gateway

CALL_SECONDS = 5.0
UNREACHABLE = "start the gateway, or correct [gateway] url"
NEWER = "use OpenClaw 2026.7 or later"


class Caller(Protocol):
    """What can be asked something, such as a link."""

    async def call(self, method: str, params: Mapping[str, Any], *, timeout: float) -> Mapping[str, Any]:
        """Return the payload of the answer."""
        ...


async def probe(gateway: Gateway, library: Library, *, timeout: float) -> ProbeReport:
    """Connect, look around, hang up.

    Args:
        gateway: Where it is, and how it will be asked.
        library: Opens the transcripts that it writes.
        timeout: Seconds to wait until it welcomes us.
    """
    url = redact(gateway.url)
    link = Link(url=gateway.url, token=gateway.token.get_secret_value())
    link.start()
    try:
        hello = await link.wait_ready(timeout)
        trouble = await agent_trouble(link, hello, gateway.agent_id)
    except PropactorError as exc:
        remedy = UNREACHABLE if exc.code == "GATEWAY_UNAVAILABLE" else None
        return ProbeReport(
            {"url": url, "connected": False},
            {"gateway": url},
            trouble=Trouble(exc.code, exc.message, remedy),
        )
    finally:
        await link.close()
    files = reads_files(hello, gateway, library)
    found = tuple(findings(hello, gateway, files=files))
    return ProbeReport(_facts(url, hello), _lines(url, hello), found, trouble)


def _facts(url: str, hello: Hello) -> dict[str, object]:
    return {
        "url": url,
        "connected": True,
        "version": hello.version,
        "protocol": hello.protocol,
        "scopes": None if hello.scopes is None else sorted(hello.scopes),
        "capabilities": sorted(hello.capabilities),
        "methods": len(hello.methods),
        "maxPayload": hello.max_payload,
        "transcript": hello.transcript,
    }


def _lines(url: str, hello: Hello) -> dict[str, str]:
    scopes = "not told; taken as asked for" if hello.scopes is None else ", ".join(sorted(hello.scopes))
    return {
        "gateway": url,
        "version": f"{hello.version}, protocol {hello.protocol}, {len(hello.methods)} methods",
        "scopes": scopes,
        "capabilities": ", ".join(sorted(hello.capabilities)) or "none told",
        "largest frame": f"{hello.max_payload / 2**20:g} MiB",
    }


def reads_files(hello: Hello, gateway: Gateway, library: Library) -> bool:
    """Return True if the transcripts that the gateway writes can be read from here."""
    place = gateway.state_dir or hello.state_dir
    return bool(place) and library(place or "").problem() is None


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


def findings(hello: Hello, gateway: Gateway, *, files: bool) -> Iterator[Finding]:
    """Yield what is to be expected of a gateway, in the order a person asks.

    Args:
        hello: What it says of itself.
        gateway: How it will be asked.
        files: True where the transcripts that it writes can be read from here.
    """
    yield _thoughts(hello, gateway, files=files)
    yield _tools(hello)
    yield _text(hello)
    yield _stop(hello, gateway)
    yield _failures(hello)
    yield _privacy(hello)
    yield _transcript(hello, files=files)


def _thoughts(hello: Hello, gateway: Gateway, *, files: bool) -> Finding:
    if gateway.thinking == "off":
        return Finding("thoughts", "no", "thinking is switched off", 'set [gateway] thinking = "medium"')
    return _THOUGHTS[capabilities.thoughts_from(hello, files=files)]


def _tools(hello: Hello) -> Finding:
    if not hello.protocol_3:
        return Finding("tools", "yes", "calls and results, live")
    if hello.grants(ADMIN):
        return Finding(
            "tools", "yes", "live: propactor sets verboseLevel to full for its sessions, as protocol 3 needs"
        )
    remedy = f'give the token {ADMIN}, or set agents.defaults.verboseDefault to "full" in the gateway'
    return Finding("tools", "no", "protocol 3 shows tools only at verboseLevel full", remedy)


def _text(hello: Hello) -> Finding:
    if hello.protocol_3:
        return Finding("text and parts", "yes", "live, each piece the model sends")
    if hello.transcript == "sqlite":
        remedy = "if it does, let the agent's model use anthropic-messages or openai-responses"
        detail = "live, in steps of about 75 ms; but a reasoning model on openai-completions may come at once"
        return Finding("text and parts", "partly", detail, remedy)
    return Finding("text and parts", "yes", "live, in steps of about 150 ms")


def _stop(hello: Hello, gateway: Gateway) -> Finding:
    if not hello.protocol_3:
        return Finding("stopping a run", "yes", "confirmed by the gateway")
    if not gateway.abort_by_delete:
        remedy = "set [gateway] abort_by_delete = true"
        return Finding("stopping a run", "no", "protocol 3 stops a run only with its session", remedy)
    if not hello.grants(ADMIN) or not hello.offers("sessions.delete"):
        remedy = f"give the token {ADMIN}"
        return Finding("stopping a run", "no", "protocol 3 needs sessions.delete for it", remedy)
    return Finding("stopping a run", "yes", "by deleting the session that the run has for itself", NEWER)


def _privacy(hello: Hello) -> Finding:
    if hello.pushes_sessions:
        return Finding("only our events", "yes", "the gateway sends the events of our sessions only")
    detail = "the gateway sends the events of all its runs to everybody; propactor passes on its own only"
    return Finding("only our events", "partly", detail, NEWER)


def _failures(hello: Hello) -> Finding:
    if hello.protocol_3:
        detail = "protocol 3 calls failed runs ok; propactor reads the session's history to tell"
        return Finding("honest failures", "partly", detail, NEWER)
    return Finding("honest failures", "yes", "told by the gateway")


def _transcript(hello: Hello, *, files: bool) -> Finding:
    kept = _KEPT.get(hello.transcript or "", "the gateway doesn't say where")
    missed = _MISSED[capabilities.missed_from(hello, files=files)]
    return Finding("transcript", "note", f"{kept}; what live events miss {missed}")


_KEPT = {"jsonl": "a JSONL file for each session", "sqlite": "a SQLite database"}
_MISSED = {
    "gateway": "is lost",
    "transcript": "is read there while it is written",
    "history": "is asked of the gateway, by chat.history",
}
_THOUGHTS: Mapping[capabilities.Place, Finding] = {
    "gateway": Finding("thoughts", "yes", "live, where the model thinks"),
    "transcript": Finding(
        "thoughts", "yes", "from the gateway's files, each when its message is complete", NEWER
    ),
    "history": Finding(
        "thoughts",
        "partly",
        "at the end, from the history: protocol 3 never sends thoughts over the socket",
        f"run propactor where it can read the gateway's files ([gateway] state_dir), or {NEWER}",
    ),
}
