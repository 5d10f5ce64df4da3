"""Where a gateway keeps its sessions: by their keys, and on older releases in files of JSON lines."""

import time
import uuid
from pathlib import Path

from propactor.core import jsontext
from propactor.testing.gateway import sessions
from propactor.testing.gateway.connections import Connections
from propactor.testing.gateway.frames import Json
from propactor.testing.gateway.profile import Profile
from propactor.testing.gateway.sessions import Session


class SessionStore:
    """Keeps sessions by their keys, and tells those who follow a session what is stored."""

    def __init__(self, profile: Profile, connections: Connections, state_dir: Path | None = None) -> None:
        """Start without sessions.

        Args:
            profile: says in what form messages are stored, and whether anybody is told.
            connections: the clients that may be told.
            state_dir: where transcripts are written; nowhere by default.
        """
        self.sessions: dict[str, Session] = {}
        self._profile, self._connections = profile, connections
        self._files = Transcripts(state_dir if profile.transcript == "jsonl" else None)

    def open(self, key: str, agent_id: str) -> Session:
        """Return a session, a new one if need be."""
        if key not in self.sessions:
            self.sessions[key] = Session(key, agent_id)
            self._files.open(self.sessions[key])
        return self.sessions[key]

    def delete(self, key: str) -> bool:
        """Forget a session; return whether there was one."""
        session = self.sessions.pop(key, None)
        if session is not None:
            self._files.delete(session)
        return session is not None

    def store_prompt(self, session: Session, text: str, run_id: str, *, internal: bool = False) -> None:
        """Store the prompt of a run.

        Args:
            session: where it was said.
            text: the prompt.
            run_id: the run that answers it.
            internal: whether the gateway itself asked.
        """
        if self._profile.dates_prompt:
            stamp = time.strftime("[%a %Y-%m-%d %H:%M UTC]", time.gmtime())
            self.store(session, sessions.user([{"type": "text", "text": f"{stamp} {text}"}]), run_id)
            return
        more = {"provenance": {"kind": "internal_system"}} if internal else {}
        self.store(session, sessions.user(text, idempotencyKey=f"{run_id}:user", **more), run_id)

    def store(self, session: Session, message: Json, run_id: str) -> None:
        """Store a message of a run."""
        if self._profile.session_messages:
            marks: Json = {"id": str(uuid.uuid4()), "seq": len(session.messages) + 1}
            owner = {} if message["role"] == "user" else {"runId": run_id}
            message = {**message, "__openclaw": marks | owner}
            self._connections.send_message(session, message)
        session.messages.append(message)
        self._files.write(session, message)


class Transcripts:
    """Write each session's messages into a file of its own, and a map from keys to files.

    A new session has no file until the model's first message is complete; all so far is then written at once,
    as real gateways do. Without a folder nothing is written.
    """

    def __init__(self, state_dir: Path | None) -> None:
        self._state_dir = state_dir
        self._waiting: dict[str, list[Json]] = {}

    def open(self, session: Session) -> None:
        """Enter a session in the map, as is done before a run is accepted."""
        if self._state_dir is None:
            return
        path = self._file(session).with_name("sessions.json")
        path.parent.mkdir(parents=True, exist_ok=True)
        known = jsontext.loads(path.read_bytes()) if path.exists() else {}
        known[session.key] = {"sessionId": session.session_id, "updatedAt": sessions.now_ms()}
        path.write_bytes(jsontext.dumps(known))

    def write(self, session: Session, message: Json) -> None:
        """Append a message, or keep it until there is a file to append it to."""
        if self._state_dir is None:
            return
        path, entry = self._file(session), _entry("message", message=message)
        if path.exists():
            _append(path, [entry])
            return
        waiting = self._waiting.setdefault(session.session_id, [_header(session)])
        waiting.append(entry)
        if message["role"] == "assistant":
            _append(path, self._waiting.pop(session.session_id))

    def delete(self, session: Session) -> None:
        """Rename a session's file, as gateways do when a session is deleted."""
        if self._state_dir is not None and self._file(session).exists():
            stamp = time.strftime("%Y-%m-%dT%H-%M-%S", time.gmtime())
            self._file(session).rename(self._file(session).with_suffix(f".jsonl.deleted.{stamp}"))

    def _file(self, session: Session) -> Path:
        assert self._state_dir is not None, "there is no folder"
        folder = self._state_dir / "agents" / session.agent_id / "sessions"
        return folder / f"{session.session_id}.jsonl"


def _header(session: Session) -> Json:
    return _entry("session", version=3) | {"id": session.session_id}


def _entry(kind: str, **more: object) -> Json:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    return {"type": kind, "id": uuid.uuid4().hex[:8], "timestamp": stamp, **more}


def _append(path: Path, entries: list[Json]) -> None:
    with path.open("ab") as file:
        file.write(b"".join(jsontext.dumps(entry) + b"\n" for entry in entries))
