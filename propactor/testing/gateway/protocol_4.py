"""The events of a run on protocol 4, as 2026.9.6 sends them: thoughts, items, joined text, honest endings."""

from propactor.testing.gateway import endings, sessions
from propactor.testing.gateway.coalescer import CoalescingEmitter
from propactor.testing.gateway.endings import ABORTED, TIMED_OUT
from propactor.testing.gateway.frames import Json
from propactor.testing.gateway.run_events import (
    RunContext,
    chat_message,
    tool_end,
    tool_start,
    tool_subject,
)
from propactor.testing.gateway.run_state import Ending
from propactor.testing.gateway.sessions import now_ms
from propactor.testing.steps import UseTool

_RETRIES = 8
_MODEL: Json = {"phase": "model", "provider": sessions.PROVIDER, "model": sessions.MODEL}
_NO_MODEL: Json = {"phase": "model", "provider": None, "model": None}
_DONE: Json = {"aborted": False, "stopReason": "stop", "livenessState": "working"}
_OBSERVED: Json = {
    "provider": sessions.PROVIDER,
    "model": sessions.MODEL,
    "failoverReason": "server_error",
    "providerRuntimeFailureKind": "timeout",
}
_BLOCKED: Json = {"errorObservation": _OBSERVED, "aborted": False, "livenessState": "blocked"}
_LATE: Json = {
    "aborted": False,
    "replayInvalid": True,
    "livenessState": "paused",
    "timeoutPhase": "provider",
    "providerStarted": True,
    "error": TIMED_OUT,
}


class Protocol4Events:
    """Tells of every step; what else a release tells or doesn't, its profile says."""

    def __init__(self, context: RunContext) -> None:
        self._state, self._emitter = context.state, context.emitter
        self._thinking_events = context.profile.thinking_events
        self._out = CoalescingEmitter(context)
        self.emit = self._out.emit
        self._in_call = False
        self._after_tool = False
        self._tool_started_at = 0

    def start(self) -> None:
        """Tell that an attempt begins, and that what was said in the last one is void."""
        if self._out.call:
            self._out.replace()
        self._out.begin_message()
        self.emit("lifecycle", {"phase": "start", "startedAt": now_ms()})

    def think(self, piece: str) -> None:
        """Tell of the thought."""
        self._begin_call()
        self._state.thought += piece
        if self._thinking_events:
            self._out.grow("thinking")

    def say(self, piece: str) -> None:
        """Tell of the text."""
        self._begin_call()
        self._state.text += piece
        self._out.grow("assistant")

    def start_tool(self, step: UseTool) -> None:
        """Tell that the message ends in a tool, and that the tool begins."""
        if not self._after_tool:
            self._begin_call()
            self._end_call()
        self._in_call, self._after_tool = False, True
        self._state.store_call(step)
        self._out.begin_message()
        self._tool_started_at = now_ms()
        item = _tool_item(step, self._state.call_id, "start", "running")
        self.emit("item", item | {"startedAt": self._tool_started_at})
        self.emit("tool", tool_start(step, self._state.call_id), for_tools=True)

    def end_tool(self, step: UseTool) -> None:
        """Tell of the answer, and that the tool is done."""
        self._state.store_result(step)
        data = tool_end(step, self._state.call_id, f"from {tool_subject(step)}") | {"commandBearing": False}
        self.emit("tool", data, for_tools=True)
        item = _tool_item(step, self._state.call_id, "end", "failed" if step.failed else "completed")
        item |= {"startedAt": self._tool_started_at, "endedAt": now_ms()}
        self.emit("item", item | ({"error": step.result} if step.failed else {}))

    def retry(self, message: str, attempt: int) -> None:
        """Tell what went wrong and that another attempt follows."""
        self._break_off(message)
        told = f"Provider temporarily unavailable. Retrying in 1s ({attempt}/{_RETRIES})."
        head = {"phase": "retrying", "message": told, "delayMs": 1000, "reason": "server_error"}
        retries = {"retryAttempt": attempt, "maxRetries": _RETRIES}
        attempts = {"attempt": attempt + 1, "maxAttempts": _RETRIES + 1}
        self.emit("run_status", head | retries | attempts)

    def finish(self) -> Ending:
        """End; a run that said nothing ends with an error."""
        self._out.flush()
        if self._in_call:
            self.emit("usage", {"outputTokens": 100})
        text = self._state.text.strip()
        self.emit("lifecycle", {"phase": "finishing", "endedAt": now_ms(), **_DONE})
        self.emit("lifecycle", _NO_MODEL)
        self._state.store_message("stop")
        settled = {"executionSettled": True, **endings.receipt(self._state, text)}
        self.emit("lifecycle", {"phase": "end", **self._state.span(), **_DONE, **settled})
        self._emitter.chat("final", stopReason="stop", message=chat_message(self._state.all_text))
        return endings.success(self._state, text) if text else endings.empty(self._state)

    def fail(self, message: str) -> Ending:
        """End with an error."""
        self._break_off(message)
        self.emit("lifecycle", _NO_MODEL)
        fault: Json = {"error": message, "errorObservation": _OBSERVED, "executionSettled": True}
        self.emit("lifecycle", {"phase": "error", **self._state.span(), **fault})
        self._emitter.chat("error", errorMessage=message, errorDetail=_OBSERVED)
        return endings.failure(self._state, message)

    def abort(self) -> None:
        """Tell that the run is cancelled."""
        self._out.flush()
        text = self._state.all_text
        said = {"message": chat_message(text)} if text else {}
        # Recorded: the chat event has the number of the lifecycle event that follows it.
        self._emitter.chat("aborted", seq=self._emitter.seq + 1, stopReason="rpc", **said)
        end = {"phase": "end", "status": "cancelled", "aborted": True, "stopReason": "rpc"}
        self.emit("lifecycle", end | self._state.span())

    def aborted(self) -> Ending:
        """Tell that it has come to rest; the counting starts again."""
        self._state.store_message("stop")
        rest = {"aborted": True, "stopReason": "aborted", "executionSettled": True}
        self._out.flush()
        error = {"phase": "error", "error": ABORTED, **self._state.span(), **rest}
        self._emitter.agent("lifecycle", error, seq=1)
        return endings.abort(self._state)

    def time_out(self) -> Ending:
        """Tell that the model took too long."""
        self._out.flush()
        self._in_call = False
        self._begin_call()
        self.emit("lifecycle", _NO_MODEL)
        late = {**_LATE, **endings.receipt(self._state, self._state.text.strip())}
        self._state.store_message("stop")
        self.emit("lifecycle", {"phase": "finishing", **self._state.span(), **late})
        late["executionSettled"] = True
        self.emit("lifecycle", {"phase": "error", **self._state.span(), **late})
        self._emitter.chat("error", errorMessage=TIMED_OUT, errorKind="timeout")
        return endings.timeout(self._state)

    def _begin_call(self) -> None:
        """Tell that the model is asked, before it says the first thing."""
        if self._in_call:
            return
        self._in_call, self._after_tool = True, False
        self._out.call += 1
        self.emit("lifecycle", _MODEL)

    def _end_call(self) -> None:
        """Tell that the message is complete; the text before a tool is a preamble."""
        text, item_id = self._state.text.strip(), f"commentary-{self._out.call}"
        item = {"kind": "preamble", "title": "Preamble", "progressText": text, "itemId": item_id}
        if text:
            self.emit("item", {**item, "phase": "update"})
        self.emit("usage", {"outputTokens": 40})
        if text:
            self.emit("item", {**item, "phase": "end"})

    def _break_off(self, message: str) -> None:
        """Tell that an attempt failed."""
        self._begin_call()
        self._in_call = False
        self._state.store(sessions.assistant([], "error", errorMessage=message))
        end = {"phase": "finishing", "error": message, "endedAt": now_ms(), **_BLOCKED}
        self.emit("lifecycle", end)


def _tool_item(step: UseTool, call_id: str, phase: str, status: str) -> Json:
    """Return the data of the item event that goes with a tool's."""
    subject = tool_subject(step)
    head = {"itemId": f"tool:{call_id}", "toolCallId": call_id, "name": step.name, "kind": "tool"}
    more = {"phase": phase, "title": f"{step.name.capitalize()} from {subject}", "status": status}
    return {**head, **more, "meta": f"from {subject}", "commandBearing": False}
