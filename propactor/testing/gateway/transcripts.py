"""The files in which gateways of February keep what was said: lines of JSON, and a map from keys to files."""

import time
import uuid
from pathlib import Path

from propactor.core import jsontext
from propactor.testing.gateway.frames import Json
from propactor.testing.gateway.sessions import Session


class Transcripts:
    """Writes each session's file as it is told of messages.

    A new session has no file until the model's first message is complete; all so far is then written at once.
    Without a folder nothing is written.
    """

    def __init__(self, state_dir: Path | None) -> None:
        self._state_dir = state_dir
        self._waiting: dict[str, list[Json]] = {}

    def folder(self, agent_id: str) -> Path:
        """Return where an agent's sessions are."""
        assert self._state_dir is not None, "there is no folder"
        return self._state_dir / "agents" / agent_id / "sessions"

    def file(self, session: Session) -> Path:
        """Return the file of a session."""
        return self.folder(session.agent_id) / f"{session.session_id}.jsonl"

    def open(self, session: Session) -> None:
        """Enter a session in the map, as is done before a run is accepted."""
        if self._state_dir is None:
            return
        path = self.folder(session.agent_id) / "sessions.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        known = jsontext.loads(path.read_bytes()) if path.exists() else {}
        known[session.key] = {"sessionId": session.session_id, "updatedAt": int(time.time() * 1000)}
        path.write_bytes(jsontext.dumps(known))

    def write(self, session: Session, message: Json) -> None:
        """Append a message, or keep it until there is something to append it to."""
        if self._state_dir is None:
            return
        path, entry = self.file(session), _entry("message", message=message)
        if path.exists():
            _append(path, [entry])
            return
        waiting = self._waiting.setdefault(session.session_id, [_header(session)])
        waiting.append(entry)
        if message["role"] == "assistant":
            _append(path, self._waiting.pop(session.session_id))

    def delete(self, session: Session) -> None:
        """Put a session's file away, as gateways do when a session is deleted."""
        if self._state_dir is not None and self.file(session).exists():
            stamp = time.strftime("%Y-%m-%dT%H-%M-%S", time.gmtime())
            self.file(session).rename(self.file(session).with_suffix(f".jsonl.deleted.{stamp}"))


def _header(session: Session) -> Json:
    return _entry("session", version=3) | {"id": session.session_id}


def _entry(kind: str, **more: object) -> Json:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    return {"type": kind, "id": uuid.uuid4().hex[:8], "timestamp": stamp, **more}


def _append(path: Path, entries: list[Json]) -> None:
    with path.open("ab") as file:
        file.write(b"".join(jsontext.dumps(entry) + b"\n" for entry in entries))
