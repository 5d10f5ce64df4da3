"""What a run does, as events: the interface that both protocols implement, and what they have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from propactor.testing.gateway.connections import Connections
from propactor.testing.gateway.frames import Json
from propactor.testing.gateway.profile import Profile
from propactor.testing.gateway.run_state import Ending, RunState, tool_result
from propactor.testing.gateway.scheduler import Scheduler
from propactor.testing.gateway.sessions import now_ms
from propactor.testing.steps import UseTool


class RunEvents(Protocol):
    """Tells the clients what a run does."""

    def emit(self, stream: str, data: Mapping[str, Any]) -> None:
        """Send an event as it is."""
        ...

    def start(self) -> None:
        """Tell that the run begins, or begins again."""
        ...

    def think(self, piece: str) -> None:
        """Tell that the model has thought a little more."""
        ...

    def say(self, piece: str) -> None:
        """Tell that the model has written a little more."""
        ...

    def start_tool(self, step: UseTool) -> None:
        """Tell that the model uses a tool."""
        ...

    def end_tool(self, step: UseTool) -> None:
        """Tell that the tool has answered."""
        ...

    def retry(self, message: str, attempt: int) -> None:
        """Tell that the model has failed and will be asked again."""
        ...

    def finish(self) -> Ending:
        """Tell that the run ends well."""
        ...

    def fail(self, message: str) -> Ending:
        """Tell that the run ends badly."""
        ...

    def abort(self) -> None:
        """Tell that the run is being stopped."""
        ...

    def aborted(self) -> Ending:
        """Tell that the run has been stopped."""
        ...

    def time_out(self) -> Ending:
        """Tell that the run took too long."""
        ...


class EventEmitter:
    """Sends the events of one run, numbered from 1.

    ``seq`` is the number of the last one; whoever adds to it leaves a gap, as lost events do. After
    ``names_session`` was set to False, ``agent`` events don't name the session any more.
    """

    def __init__(self, state: RunState, connections: Connections, profile: Profile) -> None:
        """Send nothing yet.

        Args:
            state: the run.
            connections: the clients that may see its events.
            profile: says what every event carries.
        """
        self.seq = 0
        self.names_session = True
        self._state, self._connections, self._profile = state, connections, profile

    def agent(
        self, stream: str, data: Mapping[str, Any], *, seq: int | None = None, for_tools: bool = False
    ) -> None:
        """Send an ``agent`` event.

        Args:
            stream: the kind of event.
            data: what it says.
            seq: its number, if that isn't the next one.
            for_tools: send it only to clients that want to know of tools.
        """
        self.seq += 1
        payload = self._payload(stream, data) | {"seq": seq or self.seq, "ts": now_ms()}
        if for_tools:
            self._connections.send_tool_event(self._state.request.asker, payload)
        else:
            self._connections.send_run_event("agent", payload, self._state.session.key)

    def chat(self, state: str, **more: object) -> None:
        """Send a ``chat`` event, which tells the same in the form for user interfaces."""
        session = self._state.session
        head: Json = {"runId": self._state.run_id, "sessionKey": session.key, "seq": self.seq, "state": state}
        if self._profile.names_agent:
            head["agentId"] = session.agent_id
        self._connections.send_run_event("chat", head | more, session.key)

    def _payload(self, stream: str, data: Mapping[str, Any]) -> Json:
        session = self._state.session
        payload: Json = {"runId": self._state.run_id, "stream": stream, "data": data}
        if self.names_session:
            payload["sessionKey"] = session.key
        if self._profile.names_agent:
            payload["agentId"] = session.agent_id
            payload |= {"sessionId": session.session_id} if stream == "lifecycle" else {}
        return payload


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """What the events of a run are made from."""

    state: RunState
    emitter: EventEmitter
    scheduler: Scheduler
    profile: Profile
    cumulative: bool
    """Whether each event of a text also has the text so far."""
    resolve_waiters: Callable[[Json], None]
    """Answers those who wait for the run; only the first answer counts."""


def chat_message(text: str) -> Json:
    """Return a text as the message of a ``chat`` event."""
    return {"role": "assistant", "content": [{"type": "text", "text": text}], "timestamp": now_ms()}


def tool_start(step: UseTool, call_id: str) -> Json:
    """Return the data of the event for a tool's start."""
    return {"phase": "start", "name": step.name, "toolCallId": call_id, "args": dict(step.args)}


def tool_end(step: UseTool, call_id: str, meta: str) -> Json:
    """Return the data of the event for a tool's end; ``meta`` says in words what it was used on."""
    head = {"phase": "result", "name": step.name, "toolCallId": call_id, "meta": meta}
    return {**head, "isError": step.failed, "result": tool_result(step)}


def tool_subject(step: UseTool) -> str:
    """Return what the tool is used on: its first argument."""
    return str(next(iter(step.args.values()), ""))
