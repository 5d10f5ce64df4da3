"""How runs of today end: the last response, what ``agent.wait`` says, and the receipt that both carry."""

from typing import TYPE_CHECKING

from propactor.testing.gateway import sessions
from propactor.testing.gateway.frames import Json, error
from propactor.testing.gateway.run_events import TIMED_OUT, Ending

if TYPE_CHECKING:
    from propactor.testing.gateway.protocol_4 import CurrentVoice

EMPTY = "⚠️ Agent couldn't generate a response. Please try again."
_LATE_PHASE = {"timeoutPhase": "provider", "providerStarted": True}


def receipt(voice: "CurrentVoice", text: str) -> Json:
    """Return what a run leaves behind: which model answered, and what."""
    model = {"provider": sessions.PROVIDER, "model": sessions.MODEL}
    found = {
        "runId": voice.run.run_id,
        "sessionId": voice.run.session.session_id,
        "turnId": voice.run.run_id,
        "requested": model,
        "effective": {**model, "responseModel": sessions.MODEL},
        "successfulToolNames": voice.tools,
        "rerouted": False,
        "terminalDisposition": "visible",
    }
    return {"terminalReceipt": found, "terminalReply": {"disposition": "visible", "text": text}}


def success(voice: "CurrentVoice", text: str) -> Ending:
    """End well; the prompt comes back in full."""
    meta = voice.meta(aborted=False, sessionFile=voice.run.session.key) | {
        "finalPromptText": voice.run.message
    }
    result = {"payloads": [{"text": text, "mediaUrl": None}], "meta": meta}
    done = {"status": "ok", "stopReason": "stop", "livenessState": "working"}
    payload = {**_head(voice, "ok", "completed"), "result": result}
    return Ending(payload, {**done, **voice.span(), **receipt(voice, text)})


def excuse(voice: "CurrentVoice") -> Ending:
    """End a run that said nothing."""
    payload = {**_head(voice, "error", "failed"), "result": _excused(voice, EMPTY)}
    return Ending(payload, {"status": "error", "error": EMPTY, **voice.span()})


def failure(voice: "CurrentVoice", message: str) -> Ending:
    """End with an error, which stands in the response twice."""
    wait = {"status": "error", "error": message, **voice.span()}
    return Ending(_head(voice, "error", message), wait, error("UNAVAILABLE", message))


def abort(voice: "CurrentVoice") -> Ending:
    """End a run that was stopped; it looks like one that took too long, but for the phase."""
    payload = {**_head(voice, "timeout", "aborted"), "stopReason": "rpc"}
    return Ending(payload, {"status": "timeout", "stopReason": "rpc", **voice.span()})


def timeout(voice: "CurrentVoice") -> Ending:
    """End a run that took too long."""
    payload = {**_head(voice, "timeout", "aborted"), **_LATE_PHASE, "result": _excused(voice, TIMED_OUT)}
    return Ending(payload, {"status": "timeout", **_LATE_PHASE, **voice.span()})


def _head(voice: "CurrentVoice", status: str, summary: str) -> Json:
    return {"runId": voice.run.run_id, "status": status, "summary": summary}


def _excused(voice: "CurrentVoice", text: str) -> Json:
    payload = {"text": text, "isError": True, "mediaUrl": None}
    return {"payloads": [payload], "meta": voice.meta(aborted=False, sessionFile=voice.run.session.key)}
