"""How a run ended: from its final response to the text of the answer, or to the right exception.

Gateways of February say ``ok`` of runs that failed, timed out or were aborted; those of September
say ``timeout`` of runs that were aborted. What decides is spread over the response, the run's events
and, in February, the session's history.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from propactor.adapters.openclaw.protocol import stored
from propactor.adapters.openclaw.protocol.refusals import refusal
from propactor.adapters.openclaw.protocol.text import BREAK
from propactor.core.errors import Cancelled, GenerationTimeout, PropactorError, UpstreamError
from propactor.core.upstream import Reply
from propactor.prompting.prompt import MARKER
from propactor.redaction import redact

_ABORTED = "This operation was aborted"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a run besides its final response."""

    protocol: int
    stop_asked: bool = False
    cancelled: bool = False
    """The events said that somebody stopped the run."""
    said: str = ""
    final_text: str | None = None
    """What the events gave as the final answer: its first 4096 characters."""
    turn: Sequence[stored.Stored] | None = None
    """The stored messages of the run, where they were asked for and came."""


def read_outcome(response: Mapping[str, Any], facts: Facts) -> Reply:
    """Read the final response of a run.

    Raises:
        PropactorError: the run failed, timed out, was refused or was stopped.
    """
    if facts.stop_asked:
        raise Cancelled("the run was stopped because we asked for it")
    if not response.get("ok"):
        raise _failure(response, facts)
    payload = response.get("payload") or {}
    if payload.get("status") == "timeout":
        raise _timeout(payload)
    if payload.get("status") != "ok":
        raise UpstreamError(redact(_joined(payload) or str(payload.get("summary") or "the run failed")))
    return _protocol_3(payload, facts) if facts.protocol <= 3 else _protocol_4(payload, facts)


def _failure(response: Mapping[str, Any], facts: Facts) -> PropactorError:
    """Return the error of a response with ``ok: false``, by whose fault it is."""
    error = response.get("error") or {}
    message = redact(str(error.get("message") or "the gateway gave no reason"))
    if facts.cancelled or _ABORTED in message:
        return Cancelled("somebody stopped the run at the gateway")
    if (response.get("payload") or {}).get("status") != "error":
        return refusal(error)
    if "SESSION_WORK_START_CHANGED" in message or "Invalid thinking level" in message:
        return refusal(error)
    return UpstreamError(message)


def _timeout(payload: Mapping[str, Any]) -> PropactorError:
    """Return the error of a run that ended as a timeout; one that was aborted has no phase."""
    if not payload.get("timeoutPhase"):
        return Cancelled("somebody stopped the run at the gateway")
    return GenerationTimeout("the gateway's time limit for the run passed", phase="total")


def _protocol_4(payload: Mapping[str, Any], facts: Facts) -> Reply:
    """Read a success of protocol 4."""
    if _meta(payload).get("aborted"):
        raise Cancelled("somebody stopped the run at the gateway")
    if any(item.get("isError") for item in _payloads(payload)):
        raise UpstreamError(redact(_joined(payload)))
    return Reply(_best(_joined(payload), facts.said, facts.final_text))


def _protocol_3(payload: Mapping[str, Any], facts: Facts) -> Reply:
    """Read a success of protocol 3, which may be none."""
    if _meta(payload).get("aborted"):
        raise GenerationTimeout("the gateway's time limit for the run passed", phase="total")
    if facts.turn is not None and (kept := stored.last_turn(facts.turn)):
        if kept.error is not None:
            raise UpstreamError(redact(kept.error))
        return Reply(_best(kept.text, _joined(payload), facts.said))
    if error := _looks_like_an_error(payload, facts.said):
        raise UpstreamError(redact(error))
    return Reply(_best(_joined(payload), facts.said))


def _best(*texts: str | None) -> str | None:
    """Choose the first text with a parts block, else the first there is."""
    there = [text for text in texts if text]
    return next((text for text in there if MARKER in text), there[0] if there else None)


def _looks_like_an_error(payload: Mapping[str, Any], said: str) -> str | None:
    """Find an error told as an answer, without the history: the first payload, if it was never said.

    An answer may differ from what was said when the gateway rewrites it, so one payload alone is doubted
    only if nothing was said at all.
    """
    texts = [str(item.get("text") or "") for item in _payloads(payload)]
    if not texts or texts[0] in said:
        return None if said or texts else "the gateway has no answer"
    return texts[0] if not said or any(text in said for text in texts[1:]) else None


def _payloads(payload: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    return [item for item in (payload.get("result") or {}).get("payloads") or () if isinstance(item, Mapping)]


def _joined(payload: Mapping[str, Any]) -> str:
    return BREAK.join(text for item in _payloads(payload) if (text := str(item.get("text") or "")))


def _meta(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    return (payload.get("result") or {}).get("meta") or {}
