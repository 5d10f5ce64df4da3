"""What a gateway will and won't stream, by what it says of itself, and what to do about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from propactor.adapters.openclaw.hello import ADMIN, Hello
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
    if hello.february:
        return Finding("thoughts", "no", "protocol 3 never sends thoughts over the socket", NEWER)
    if gateway.thinking == "off":
        return Finding("thoughts", "no", "thinking is switched off", 'set [gateway] thinking = "medium"')
    return Finding("thoughts", "yes", "live, where the model thinks")


def _tools(hello: Hello, gateway: Gateway) -> Finding:  # noqa: ARG001  the shape of a look
    if not hello.february:
        return Finding("tools", "yes", "calls and results, live")
    if hello.grants(ADMIN):
        return Finding(
            "tools", "yes", "live: propactor sets verboseLevel to full for its sessions, as protocol 3 needs"
        )
    remedy = f'give the token {ADMIN}, or set agents.defaults.verboseDefault to "full" in the gateway'
    return Finding("tools", "no", "protocol 3 shows tools only at verboseLevel full", remedy)


def _text(hello: Hello, gateway: Gateway) -> Finding:  # noqa: ARG001  the shape of a look
    if hello.february:
        return Finding("text and parts", "yes", "live, each piece the model sends")
    if hello.transcript == "sqlite":
        remedy = "if it does, let the agent's model use anthropic-messages or openai-responses"
        detail = "live, in steps of about 75 ms; but a reasoning model on openai-completions may come at once"
        return Finding("text and parts", "partly", detail, remedy)
    return Finding("text and parts", "yes", "live, in steps of about 150 ms")


def _stop(hello: Hello, gateway: Gateway) -> Finding:
    if not hello.february:
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
    if hello.february:
        detail = "protocol 3 calls failed runs ok; propactor reads the session's history to tell"
        return Finding("honest failures", "partly", detail, NEWER)
    return Finding("honest failures", "yes", "told by the gateway")


def _transcript(hello: Hello, gateway: Gateway) -> Finding:  # noqa: ARG001  the shape of a look
    kinds = {
        "jsonl": "a JSONL file for each session",
        "sqlite": "a SQLite database: there are no JSONL files to follow",
    }
    kept = kinds.get(hello.transcript or "", "the gateway doesn't say where")
    return Finding("transcript", "note", f"{kept}; propactor doesn't read it, it listens to the socket")


_LOOKS: tuple[Callable[[Hello, Gateway], Finding], ...] = (
    _thoughts,
    _tools,
    _text,
    _stop,
    _failures,
    _privacy,
    _transcript,
)
