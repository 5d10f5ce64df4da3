"""What a run has said and done so far: its text, its thoughts, its tools, and how it ended."""

import math
import uuid
from dataclasses import dataclass

from propactor.core import jsontext
from propactor.testing.gateway import sessions
from propactor.testing.gateway.connections import Connection
from propactor.testing.gateway.frames import Json
from propactor.testing.gateway.session_store import SessionStore
from propactor.testing.gateway.sessions import Session, now_ms
from propactor.testing.steps import UseTool


@dataclass(frozen=True, slots=True)
class RunRequest:
    """A request for a run: who asked for what."""

    asker: Connection
    request_id: str
    run_id: str
    message: str
    timeout: float = math.inf
    """Seconds after which the gateway stops the run."""
    internal: bool = False
    """Whether the gateway itself asked."""


@dataclass(frozen=True, slots=True)
class Ending:
    """The last response to a request for a run, and what ``agent.wait`` says of it."""

    payload: Json
    wait: Json
    error: Json | None = None


class RunState:
    """Gathers what the model says; each complete message goes into the session.

    ``thought`` and ``text`` are those of the message that isn't complete yet, ``messages`` the texts of those
    before it, ``tools`` the names of all tools that were used.
    """

    def __init__(self, request: RunRequest, session: Session, store: SessionStore) -> None:
        """Begin with nothing said.

        Args:
            request: what was asked.
            session: where it was asked.
            store: where the session's messages are kept.
        """
        self.request, self.session = request, session
        self.thought = self.text = ""
        self.messages: list[str] = []
        self.tools: list[str] = []
        self.call_id = ""
        self.begun_at = now_ms()
        self._store = store

    @property
    def run_id(self) -> str:
        """Return the run's id."""
        return self.request.run_id

    @property
    def all_text(self) -> str:
        """Return the texts of all messages, with blank lines between them."""
        texts = (text.strip() for text in (*self.messages, self.text))
        return "\n\n".join(text for text in texts if text)

    def discard(self) -> None:
        """Forget the message that isn't complete."""
        self.thought = self.text = ""

    def store(self, message: Json) -> None:
        """Store a message."""
        self._store.store(self.session, message, self.run_id)

    def store_message(self, stop_reason: str, call: Json | None = None, **more: object) -> None:
        """Store what the model said since the last message as a message, and begin the next."""
        content = sessions.blocks(self.thought, self.text, call)
        self.store(sessions.assistant(content, stop_reason, **more))
        if self.text:
            self.messages.append(self.text)
        self.discard()

    def store_call(self, step: UseTool) -> None:
        """Store a message that ends in a tool call, which is given its id."""
        self.call_id = f"toolu_{uuid.uuid4().hex[:10]}"
        self.tools.append(step.name)
        self.store_message("toolUse", {"id": self.call_id, "name": step.name, "arguments": dict(step.args)})

    def store_result(self, step: UseTool) -> None:
        """Store what the tool answered."""
        text = str(tool_result(step)["content"][0]["text"])
        self.store(sessions.tool_result(self.call_id, step.name, text, failed=step.failed))

    def span(self) -> Json:
        """Return when the run began, and now as its end."""
        return {"startedAt": self.begun_at, "endedAt": now_ms()}

    def meta(self, *, aborted: bool, **more: object) -> Json:
        """Return the figures of the last response."""
        model = {"provider": sessions.PROVIDER, "model": sessions.MODEL}
        agent = {"sessionId": self.session.session_id, **model, **more}
        return {"durationMs": now_ms() - self.begun_at, "agentMeta": agent, "aborted": aborted}


def tool_result(step: UseTool) -> Json:
    """Return what a tool answered; a failure is JSON within the text."""
    if not step.failed:
        return {"content": [{"type": "text", "text": step.result}]}
    details = {"status": "error", "tool": step.name, "error": step.result}
    return {"content": [{"type": "text", "text": jsontext.dumps(details).decode()}], "details": details}
