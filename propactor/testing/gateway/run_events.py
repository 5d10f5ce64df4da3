"""How a run sounds on the wire: what both protocols have in common."""

import uuid
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from propactor.core import jsontext
from propactor.testing.gateway import sessions
from propactor.testing.gateway.frames import Json
from propactor.testing.gateway.sessions import now_ms
from propactor.testing.steps import UseTool

if TYPE_CHECKING:
    from propactor.testing.gateway.run import Run

ABORTED = "This operation was aborted"
TIMED_OUT = (
    "Request timed out before a response was generated. Please try again, or increase"
    " `agents.defaults.timeoutSeconds` in your config."
)


@dataclass(frozen=True, slots=True)
class Ending:
    """The last response to a request for a run, and what ``agent.wait`` says of it."""

    payload: Json
    wait: Json
    error: Json | None = None


class Voice(ABC):
    """Tells the clients what a run does. One protocol differs from the other in nearly all of it."""

    def __init__(self, run: "Run") -> None:
        self.run = run
        self.seq = 0
        self.thought = ""
        self.said = ""
        self.messages: list[str] = []
        self.tools: list[str] = []
        self.begun_at = now_ms()
        self._call_id = ""

    @abstractmethod
    def start(self) -> None:
        """The run begins, or begins again."""

    @abstractmethod
    def think(self, piece: str) -> None:
        """The model thought a little more."""

    @abstractmethod
    def say(self, piece: str) -> None:
        """The model wrote a little more."""

    @abstractmethod
    def use(self, step: UseTool) -> None:
        """The model uses a tool."""

    @abstractmethod
    def return_from(self, step: UseTool) -> None:
        """The tool came back."""

    @abstractmethod
    def stumble(self, message: str, attempt: int) -> None:
        """The model failed, and will be asked again."""

    @abstractmethod
    def finish(self) -> Ending:
        """The run ends well."""

    @abstractmethod
    def fail(self, message: str) -> Ending:
        """The run ends badly."""

    @abstractmethod
    def abort(self) -> None:
        """The run is being stopped."""

    @abstractmethod
    def aborted(self) -> Ending:
        """The run has been stopped."""

    @abstractmethod
    def time_out(self) -> Ending:
        """The run took too long."""

    def emit(
        self, stream: str, data: Mapping[str, Any], *, seq: int | None = None, private: bool = False
    ) -> None:
        """Send an event of the run: to everybody, or to who asked for it."""
        self.seq += 1
        payload = self.payload(stream, data) | {"seq": seq or self.seq, "ts": now_ms()}
        if private:
            self.run.gateway.audience.tell_asker(self.run, "agent", payload)
        else:
            self.run.gateway.audience.tell("agent", payload, self.run.session.key)

    def payload(self, stream: str, data: Mapping[str, Any]) -> Json:
        """Return what every event of this run has."""
        return {"runId": self.run.run_id, "stream": stream, "data": data, "sessionKey": self.run.session.key}

    def chat(self, state: str, **more: object) -> None:
        """Send the same in the form for user interfaces."""
        head = {"runId": self.run.run_id, "sessionKey": self.run.session.key, "seq": self.seq, "state": state}
        self.run.gateway.audience.tell("chat", head | more, self.run.session.key)

    def message(self, text: str) -> Json:
        """Return a text as a chat message."""
        return {"role": "assistant", "content": [{"type": "text", "text": text}], "timestamp": now_ms()}

    def remember(self, stop_reason: str, call: Json | None = None, **more: object) -> None:
        """Store what the model said since the last time, as one message, and begin the next."""
        content = sessions.blocks(self.thought, self.said, call)
        self.run.store(sessions.assistant(content, stop_reason, **more))
        if self.said:
            self.messages.append(self.said)
        self.thought = self.said = ""

    def new_call(self, step: UseTool) -> Json:
        """Give a tool call its id, and return it as the transcript has it."""
        self._call_id = f"toolu_{uuid.uuid4().hex[:10]}"
        self.tools.append(step.name)
        return {"id": self._call_id, "name": step.name, "arguments": dict(step.args)}

    def tool_start(self, step: UseTool) -> Json:
        """Return the data of the event for a tool's start."""
        return {"phase": "start", "name": step.name, "toolCallId": self._call_id, "args": dict(step.args)}

    def tool_end(self, step: UseTool, meta: str) -> Json:
        """Return the data of the event for a tool's end."""
        head = {"phase": "result", "name": step.name, "toolCallId": self._call_id, "meta": meta}
        return {**head, "isError": step.failed, "result": self.tool_result(step)}

    def tool_result(self, step: UseTool) -> Json:
        """Return what a tool answered; a failure is JSON within the text."""
        if not step.failed:
            return {"content": [{"type": "text", "text": step.result}]}
        details = {"status": "error", "tool": step.name, "error": step.result}
        return {"content": [{"type": "text", "text": jsontext.dumps(details).decode()}], "details": details}

    def remember_result(self, step: UseTool) -> None:
        """Store what the tool answered."""
        text = str(self.tool_result(step)["content"][0]["text"])
        self.run.store(sessions.tool_result(self._call_id, step.name, text, failed=step.failed))

    def subject(self, step: UseTool) -> str:
        """Return what the tool was used on."""
        return str(next(iter(step.args.values()), ""))

    def span(self) -> Json:
        """Return when the run began and ended."""
        return {"startedAt": self.begun_at, "endedAt": now_ms()}

    def meta(self, *, aborted: bool, **more: object) -> Json:
        """Return the figures of the final response."""
        agent = {
            "sessionId": self.run.session.session_id,
            "provider": sessions.PROVIDER,
            "model": sessions.MODEL,
        }
        duration = now_ms() - self.begun_at
        return {"durationMs": duration, "agentMeta": agent | more, "aborted": aborted}
