"""What a gateway will and won't stream, by what it says of itself, and what to do about it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from propactor.adapters.openclaw.protocol import capabilities
from propactor.adapters.openclaw.protocol.capabilities import ADMIN, Hello
from propactor.adapters.transcript import Transcripts
from propactor.settings.tables import Gateway

Verdict = Literal["yes", "partly", "no", "note"]
NEWER = "use OpenClaw 2026.7 or later"


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether something works with this gateway, how, and what would make it better."""

    what: str
    verdict: Verdict
    detail: str
    remedy: str | None = None


def findings(hello: Hello, gateway: Gateway) -> Iterator[Finding]:
    """Yield what is to be expected of a gateway, in the order a person asks."""
    for look in _LOOKS:
        yield look(hello, gateway)


def _thoughts(hello: Hello, gateway: Gateway) -> Finding:
    if gateway.thinking == "off":
        return Finding("thoughts", "no", "thinking is switched off", 'set [gateway] thinking = "medium"')
    return _THOUGHTS[capabilities.thoughts_from(hello, files=_files(hello, gateway))]


def _files(hello: Hello, gateway: Gateway) -> bool:
    """Tell whether the gateway's files can be read from here."""
    place = gateway.state_dir or hello.state_dir
    return bool(place) and Transcripts(Path(place or "")).problem() is None


def _tools(hello: Hello, gateway: Gateway) -> Finding:  # noqa: ARG001  the shape of a look
    if not hello.protocol_3:
        return Finding("tools", "yes", "calls and results, live")
    if hello.grants(ADMIN):
        return Finding(
            "tools", "yes", "live: propactor sets verboseLevel to full for its sessions, as protocol 3 needs"
        )
    remedy = f'give the token {ADMIN}, or set agents.defaults.verboseDefault to "full" in the gateway'
    return Finding("tools", "no", "protocol 3 shows tools only at verboseLevel full", remedy)


def _text(hello: Hello, gateway: Gateway) -> Finding:  # noqa: ARG001  the shape of a look
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


def _privacy(hello: Hello, gateway: Gateway) -> Finding:  # noqa: ARG001  the shape of a look
    if hello.pushes_sessions:
        return Finding("only our events", "yes", "the gateway sends the events of our sessions only")
    detail = "the gateway sends the events of all its runs to everybody; propactor passes on its own only"
    return Finding("only our events", "partly", detail, NEWER)


def _failures(hello: Hello, gateway: Gateway) -> Finding:  # noqa: ARG001  the shape of a look
    if hello.protocol_3:
        detail = "protocol 3 calls failed runs ok; propactor reads the session's history to tell"
        return Finding("honest failures", "partly", detail, NEWER)
    return Finding("honest failures", "yes", "told by the gateway")


def _transcript(hello: Hello, gateway: Gateway) -> Finding:
    kept = _KEPT.get(hello.transcript or "", "the gateway doesn't say where")
    missed = _MISSED[capabilities.missed_from(hello, files=_files(hello, gateway))]
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
_LOOKS: tuple[Callable[[Hello, Gateway], Finding], ...] = (
    _thoughts,
    _tools,
    _text,
    _stop,
    _failures,
    _privacy,
    _transcript,
)
