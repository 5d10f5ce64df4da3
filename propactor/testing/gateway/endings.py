"""How a run ends on protocol 4: its last response, what ``agent.wait`` says, and the receipt in both."""

from propactor.testing.gateway import sessions
from propactor.testing.gateway.frames import Json, error
from propactor.testing.gateway.run_state import Ending, RunState

ABORTED = "This operation was aborted"
EMPTY = "⚠️ Agent couldn't generate a response. Please try again."
TIMED_OUT = (
    "Request timed out before a response was generated. Please try again, or increase"
    " `agents.defaults.timeoutSeconds` in your config."
)
_TIMEOUT_PHASE = {"timeoutPhase": "provider", "providerStarted": True}


def receipt(state: RunState, text: str) -> Json:
    """Return what a run leaves behind: which model answered, and what."""
    model = {"provider": sessions.PROVIDER, "model": sessions.MODEL}
    found = {
        "runId": state.run_id,
        "sessionId": state.session.session_id,
        "turnId": state.run_id,
        "requested": model,
        "effective": {**model, "responseModel": sessions.MODEL},
        "successfulToolNames": state.tools,
        "rerouted": False,
        "terminalDisposition": "visible",
    }
    return {"terminalReceipt": found, "terminalReply": {"disposition": "visible", "text": text}}


def success(state: RunState, text: str) -> Ending:
    """End well; the prompt comes back in full."""
    meta = state.meta(aborted=False, sessionFile=state.session.key)
    meta["finalPromptText"] = state.request.message
    result = {"payloads": [{"text": text, "mediaUrl": None}], "meta": meta}
    done = {"status": "ok", "stopReason": "stop", "livenessState": "working"}
    payload = {**_head(state, "ok", "completed"), "result": result}
    return Ending(payload, {**done, **state.span(), **receipt(state, text)})


def empty(state: RunState) -> Ending:
    """End a run that said nothing: an error in the payload of a response that is ``ok``."""
    payload = {**_head(state, "error", "failed"), "result": _error_result(state, EMPTY)}
    return Ending(payload, {"status": "error", "error": EMPTY, **state.span()})


def failure(state: RunState, message: str) -> Ending:
    """End with an error, which stands in the response twice."""
    wait = {"status": "error", "error": message, **state.span()}
    return Ending(_head(state, "error", message), wait, error("UNAVAILABLE", message))


def abort(state: RunState) -> Ending:
    """End a run that was aborted; it looks like one that took too long, but for the phase."""
    payload = {**_head(state, "timeout", "aborted"), "stopReason": "rpc"}
    return Ending(payload, {"status": "timeout", "stopReason": "rpc", **state.span()})


def timeout(state: RunState) -> Ending:
    """End a run that took too long."""
    result = _error_result(state, TIMED_OUT)
    payload = {**_head(state, "timeout", "aborted"), **_TIMEOUT_PHASE, "result": result}
    return Ending(payload, {"status": "timeout", **_TIMEOUT_PHASE, **state.span()})


def _head(state: RunState, status: str, summary: str) -> Json:
    return {"runId": state.run_id, "status": status, "summary": summary}


def _error_result(state: RunState, text: str) -> Json:
    payload = {"text": text, "isError": True, "mediaUrl": None}
    return {"payloads": [payload], "meta": state.meta(aborted=False, sessionFile=state.session.key)}
