"""What the fake gateway keeps: its sessions, and what was said in them."""

import time
import uuid
from pathlib import Path

from propactor.testing.gateway import sessions
from propactor.testing.gateway.broadcast import Audience
from propactor.testing.gateway.frames import Json
from propactor.testing.gateway.run import Run
from propactor.testing.gateway.sessions import Session
from propactor.testing.gateway.transcripts import Transcripts


class Archive:
    """Keeps sessions by their keys; those who follow one may be told what is kept."""

    def __init__(self, audience: Audience, state_dir: Path | None = None) -> None:
        self.sessions: dict[str, Session] = {}
        self.files = Transcripts(state_dir if audience.profile.transcript == "jsonl" else None)
        self._audience = audience

    def open(self, key: str, agent_id: str) -> Session:
        """Return a session, a new one if need be."""
        if key not in self.sessions:
            self.sessions[key] = Session(key, agent_id)
            self.files.open(self.sessions[key])
        return self.sessions[key]

    def delete(self, key: str) -> bool:
        """Forget a session; return whether there was one."""
        session = self.sessions.pop(key, None)
        if session is not None:
            self.files.delete(session)
        return session is not None

    def store_prompt(self, run: Run) -> None:
        """Keep the prompt: with the date before it, or with the run's name beside it."""
        if not self._audience.profile.dates_prompt:
            more = {"provenance": {"kind": "internal_system"}} if run.order.internal else {}
            self.store(run, sessions.user(run.message, idempotencyKey=f"{run.run_id}:user", **more))
            return
        stamp = time.strftime("[%a %Y-%m-%d %H:%M UTC]", time.gmtime())
        self.store(run, sessions.user([{"type": "text", "text": f"{stamp} {run.message}"}]))

    def store(self, run: Run, message: Json) -> None:
        """Keep a message."""
        if self._audience.profile.session_messages:
            marks: Json = {"id": str(uuid.uuid4()), "seq": len(run.session.messages) + 1}
            owner = {} if message["role"] == "user" else {"runId": run.run_id}
            message = {**message, "__openclaw": marks | owner}
            self._audience.tell_message(run.session, message)
        run.session.messages.append(message)
        self.files.write(run.session, message)
