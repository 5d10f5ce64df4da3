"""Who is connected, and who of them gets to hear what."""

from propactor.core import jsontext
from propactor.testing.gateway.connection import Connection
from propactor.testing.gateway.frames import Json
from propactor.testing.gateway.profile import Profile
from propactor.testing.gateway.run import Run
from propactor.testing.gateway.sessions import Session


class Audience:
    """All clients of a gateway, and the number of its last event."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.connections: set[Connection] = set()
        self.seq = 0

    def flush(self) -> None:
        """Write what has gathered."""
        for connection in self.connections:
            connection.flush()

    def tell_all(self, name: str, payload: Json) -> None:
        """Send an event to everybody."""
        self.seq += 1
        for connection in self.connections:
            connection.tell(name, payload, self.seq)

    def tell(self, name: str, payload: Json, key: str) -> None:
        """Send an event of a session to all who may see it."""
        self.seq += 1
        encoded = jsontext.dumps(payload)
        for connection in self.connections:
            if connection.sees(key):
                connection.tell(name, encoded, self.seq)

    def tell_asker(self, run: Run, name: str, payload: Json) -> None:
        """Send an event to who asked for the run, and to who follows all sessions."""
        asker = run.order.asker
        if asker in self.connections and "tool-events" in asker.grant.caps:
            asker.tell(name, payload)
        for connection in self.connections:
            if connection.all_sessions:
                connection.tell("session.tool", payload)

    def tell_message(self, session: Session, message: Json) -> None:
        """Tell those who follow a session of a stored message; what tools answered isn't told."""
        if message["role"] == "toolResult":
            return
        marks = message["__openclaw"]
        payload = {**session.names, "sessionId": session.session_id, "message": message}
        payload |= {"messageId": marks["id"], "messageSeq": marks["seq"]}
        for connection in self.connections:
            if connection.follows(session.key):
                connection.tell("session.message", payload)

    def tell_task(self, run: Run, status: str) -> None:
        """Tell everybody that somebody's run begins or ends, prompt and all: gateways of today do."""
        if self.profile.task_events:
            task = {"id": run.run_id, "taskId": run.run_id, "kind": "cli", "runtime": "cli", "status": status}
            task |= {"title": run.message, "runId": run.run_id, **run.session.names}
            self.tell_all("task", {"action": "upserted", "task": task})
