"""A run as gateways of today tell it, protocol 4: thoughts, items, joined deltas, and honest endings."""

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from propactor.testing.gateway import endings, sessions
from propactor.testing.gateway.coalescer import Pacer
from propactor.testing.gateway.frames import Json
from propactor.testing.gateway.run_events import ABORTED, TIMED_OUT, Ending, Voice
from propactor.testing.gateway.sessions import now_ms
from propactor.testing.steps import UseTool

if TYPE_CHECKING:
    from propactor.testing.gateway.run import Run

_RETRIES = 8
_OBSERVED = {
    "provider": sessions.PROVIDER,
    "model": sessions.MODEL,
    "failoverReason": "server_error",
    "providerRuntimeFailureKind": "timeout",
}
_BLOCKED = {"errorObservation": _OBSERVED, "aborted": False, "livenessState": "blocked"}
_LATE = {
    "aborted": False,
    "replayInvalid": True,
    "livenessState": "paused",
    "timeoutPhase": "provider",
    "providerStarted": True,
    "error": TIMED_OUT,
}


class CurrentVoice(Voice):
    """The first piece goes out at once; later ones wait until an interval has passed, and go as one."""

    def __init__(self, run: "Run") -> None:
        super().__init__(run)
        self._in_call = False
        self._in_tool = False
        self._item, self._number = str(uuid.uuid4()), 0
        self._shown: dict[str, int] = {}
        self._pacer = Pacer(run.gateway.ticker, run.gateway.profile.delta_interval, self._tell)
        self._started_at = 0

    def payload(self, stream: str, data: Mapping[str, Any]) -> Json:
        """Return what every event has."""
        payload = super().payload(stream, data)
        if self.run.gateway.profile.names_agent:
            payload["agentId"] = self.run.session.agent_id
            payload |= {"sessionId": self.run.session.session_id} if stream == "lifecycle" else {}
        return payload

    def chat(self, state: str, **more: object) -> None:
        """Send the same in the form for user interfaces."""
        super().chat(state, agentId=self.run.session.agent_id, **more)

    def start(self) -> None:
        """Tell that an attempt begins, and that what was said before is void."""
        if self._number:
            self._void()
        self._forget_shown()
        self.emit("lifecycle", {"phase": "start", "startedAt": now_ms()})

    def _void(self) -> None:
        """Tell that what the last attempt said counts no more."""
        said, self.said, self.thought = self.said, "", ""
        data: Json = {"text": "", "delta": "", "replace": True, "itemId": self._item_id()}
        self.emit("assistant", data)
        if said:
            self.chat("delta", deltaText="", replace=True, message=self.message(self._everything()))
        self._item, self._number = str(uuid.uuid4()), 0

    def think(self, piece: str) -> None:
        """Tell of the thought."""
        self._call()
        self.thought += piece
        if self.run.gateway.profile.thinking_events:
            self._grow("thinking")

    def say(self, piece: str) -> None:
        """Tell of the text."""
        self._call()
        self.said += piece
        self._grow("assistant")

    def use(self, step: UseTool) -> None:
        """Tell that the message ends in a tool, and that the tool begins."""
        if not self._in_tool:
            self._call()
            self._end_call()
        self._in_call, self._in_tool = False, True
        self.remember("toolUse", self.new_call(step))
        self._forget_shown()
        self._started_at = now_ms()
        self.emit("item", self._tool_item(step, "start", "running"))
        self.emit("tool", self.tool_start(step), private=True)

    def return_from(self, step: UseTool) -> None:
        """Tell of the answer, and that the tool is done."""
        self.remember_result(step)
        data = self.tool_end(step, f"from {self.subject(step)}") | {"commandBearing": False}
        self.emit("tool", data, private=True)
        more = {"endedAt": now_ms()} | ({"error": step.result} if step.failed else {})
        self.emit("item", self._tool_item(step, "end", "failed" if step.failed else "completed") | more)

    def stumble(self, message: str, attempt: int) -> None:
        """Tell what went wrong and that another attempt follows."""
        self._break_off(message)
        told = f"Provider temporarily unavailable. Retrying in 1s ({attempt}/{_RETRIES})."
        counts = {
            "retryAttempt": attempt,
            "maxRetries": _RETRIES,
            "attempt": attempt + 1,
            "maxAttempts": _RETRIES + 1,
        }
        self.emit(
            "run_status",
            {"phase": "retrying", "message": told, "delayMs": 1000, "reason": "server_error", **counts},
        )

    def finish(self) -> Ending:
        """End; a run that said nothing ends with an excuse."""
        self._pacer.flush()
        if self._in_call:
            self.emit("usage", {"outputTokens": 100})
        text = self.said.strip()
        done = {"aborted": False, "stopReason": "stop", "livenessState": "working"}
        self.emit("lifecycle", {"phase": "finishing", "endedAt": now_ms(), **done})
        self._no_model()
        self.remember("stop")
        settled = {"executionSettled": True, **endings.receipt(self, text)}
        self.emit("lifecycle", {"phase": "end", **self.span(), **done, **settled})
        self.chat("final", stopReason="stop", message=self.message(self._everything()))
        return endings.success(self, text) if text else endings.excuse(self)

    def fail(self, message: str) -> Ending:
        """End with an error."""
        self._break_off(message)
        self._no_model()
        fault: Json = {"error": message, "errorObservation": _OBSERVED, "executionSettled": True}
        self.emit("lifecycle", {"phase": "error", **self.span(), **fault})
        self.chat("error", errorMessage=message, errorDetail=_OBSERVED)
        return endings.failure(self, message)

    def abort(self) -> None:
        """Tell that the run is cancelled."""
        self._pacer.flush()
        self.seq += 1
        text = self._everything()
        self.chat("aborted", stopReason="rpc", **({"message": self.message(text)} if text else {}))
        self.seq -= 1
        data = {"phase": "end", "status": "cancelled", "aborted": True, "stopReason": "rpc", **self.span()}
        self.emit("lifecycle", data)

    def aborted(self) -> Ending:
        """Tell that it has come to rest; the counting starts again."""
        self.remember("stop")
        rest = {"aborted": True, "stopReason": "aborted", "executionSettled": True}
        self.emit("lifecycle", {"phase": "error", "error": ABORTED, **self.span(), **rest}, seq=1)
        return endings.abort(self)

    def time_out(self) -> Ending:
        """Tell that the model took too long."""
        self._pacer.flush()
        self._in_call = False
        self._call()
        self._no_model()
        receipt = endings.receipt(self, self.said.strip())
        self.remember("stop")
        self.emit("lifecycle", {"phase": "finishing", **self.span(), **_LATE, **receipt})
        self.emit(
            "lifecycle", {"phase": "error", **self.span(), **_LATE, "executionSettled": True, **receipt}
        )
        self.chat("error", errorMessage=TIMED_OUT, errorKind="timeout")
        return endings.timeout(self)

    def emit(
        self, stream: str, data: Mapping[str, Any], *, seq: int | None = None, private: bool = False
    ) -> None:
        """Send an event, after what waits to be sent."""
        self._pacer.flush()
        super().emit(stream, data, seq=seq, private=private)

    def _grow(self, stream: str) -> None:
        if self._pacer.grow(stream):
            self.seq += 1

    def _forget_shown(self) -> None:
        """Begin a new message."""
        self._pacer.begin()
        self._shown.clear()

    def _tell(self, stream: str) -> None:
        """Send a stream's text so far and what is new of it."""
        text = (self.thought if stream == "thinking" else self.said).strip()
        delta = text[self._shown.get(stream, 0) :]
        self._shown[stream] = len(text)
        data: Json = {"delta": delta} | ({"text": text} if self.run.gateway.cumulative else {})
        if stream == "assistant":
            data["itemId"] = self._item_id()
        super().emit(stream, data)
        if stream == "assistant" and self.run.gateway.cumulative:
            self.chat("delta", deltaText=delta, message=self.message(self._everything()))

    def _item_id(self) -> str:
        return f"{self._item}:{self._number}"

    def _everything(self) -> str:
        texts = (text.strip() for text in (*self.messages, self.said))
        return "\n\n".join(text for text in texts if text)

    def _call(self) -> None:
        """Tell that the model is asked, before it says the first thing."""
        if self._in_call:
            return
        self._in_call, self._in_tool = True, False
        self._number += 1
        self.emit("lifecycle", {"phase": "model", "provider": sessions.PROVIDER, "model": sessions.MODEL})

    def _no_model(self) -> None:
        self.emit("lifecycle", {"phase": "model", "provider": None, "model": None})

    def _end_call(self) -> None:
        """Tell that the message is complete; the text before a tool is a preamble."""
        text = self.said.strip()
        item = {
            "kind": "preamble",
            "title": "Preamble",
            "progressText": text,
            "itemId": f"commentary-{self._number}",
        }
        if text:
            self.emit("item", {**item, "phase": "update"})
        self.emit("usage", {"outputTokens": 40})
        if text:
            self.emit("item", {**item, "phase": "end"})

    def _tool_item(self, step: UseTool, phase: str, status: str) -> Json:
        title = f"{step.name.capitalize()} from {self.subject(step)}"
        head = {
            "itemId": f"tool:{self._call_id}",
            "toolCallId": self._call_id,
            "name": step.name,
            "kind": "tool",
        }
        more = {"phase": phase, "title": title, "status": status, "meta": f"from {self.subject(step)}"}
        return {**head, **more, "commandBearing": False, "startedAt": self._started_at}

    def _break_off(self, message: str) -> None:
        """Tell that an attempt failed."""
        self._call()
        self._in_call = False
        self.run.store(sessions.assistant([], "error", errorMessage=message))
        self.emit("lifecycle", {"phase": "finishing", "error": message, "endedAt": now_ms(), **_BLOCKED})
