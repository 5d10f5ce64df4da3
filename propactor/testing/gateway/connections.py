"""The clients of a gateway: what each of them may see, and what is about to be sent to it."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from websockets.asyncio.server import ServerConnection

from propactor.core import jsontext
from propactor.testing.gateway import frames
from propactor.testing.gateway.frames import Json
from propactor.testing.gateway.handshake import Grant
from propactor.testing.gateway.profile import Profile
from propactor.testing.gateway.sessions import Session

READ, ADMIN = "operator.read", "operator.admin"


class Connection:
    """A client that was let in. Frames gather until `flush`, and go out in one write."""

    def __init__(self, socket: ServerConnection, grant: Grant, profile: Profile) -> None:
        """Serve a client.

        Args:
            socket: its open WebSocket.
            grant: the role, the scopes and the capabilities that the handshake gave it.
            profile: says which events it gets, and when it reads too slowly.
        """
        self.socket, self.grant = socket, grant
        self.subscribed: set[str] = set()
        self.all_sessions = False
        self._profile = profile
        self._seq = 0
        self._waiting: list[bytes] = []
        self._closing: asyncio.Task[None] | None = None

    def may(self, scope: str) -> bool:
        """Return True if the client has a scope; an administrator has them all."""
        return scope in self.grant.scopes or ADMIN in self.grant.scopes

    def sees(self, key: str) -> bool:
        """Return True if the client gets the events of a session's runs."""
        scoped = self._profile.scoped_events and "session-scoped-events" in self.grant.caps
        allowed = self.may(READ) if self._profile.events_need_scope else self.grant.role == "operator"
        return allowed and (not scoped or key in self.subscribed)

    def follows(self, key: str) -> bool:
        """Return True if the client has asked for what is stored of a session."""
        return self.all_sessions or key in self.subscribed

    def respond(self, request_id: str, payload: Mapping[str, Any] | None, error: Json | None = None) -> None:
        """Answer a request: with a payload, with an error, or, as failed runs do, with both."""
        self._gather(frames.response(request_id, payload, error))

    def send_event(self, name: str, payload: bytes | Mapping[str, Any], seq: int | None = None) -> None:
        """Send an event, numbered by the gateway (``seq``) unless each connection counts its own."""
        if self._profile.seq_of == "connection":
            self._seq += 1
            seq = self._seq
        encoded = payload if isinstance(payload, bytes) else jsontext.dumps(payload)
        self._gather(frames.event(name, encoded, seq))

    def flush(self) -> None:
        """Write what has gathered. A client that reads too slowly is sent away."""
        if not self._waiting:
            return
        gathered, self._waiting = b"".join(self._waiting), []
        transport = self.socket.transport
        if transport.is_closing() or self._closing or self.socket.protocol.eof_sent:
            return
        # One write for all that has gathered: websockets' `send` is a coroutine, and writes each frame alone.
        transport.write(gathered)
        if transport.get_write_buffer_size() > self._profile.policy["maxBufferedBytes"]:
            self._start_closing(1008, "slow consumer")

    def close(self, code: int, reason: str) -> None:
        """Send a Close frame after what has gathered."""
        self.flush()
        self._start_closing(code, reason)

    def drop(self) -> None:
        """Cut the line after what has gathered, without a Close frame."""
        self.flush()
        self.socket.transport.abort()

    def _gather(self, text: bytes) -> None:
        self._waiting.append(frames.text_frame(text))

    def _start_closing(self, code: int, reason: str) -> None:
        if self._closing is None:
            self._closing = asyncio.create_task(self.socket.close(code, reason), name=f"close {code}")


class Connections:
    """All clients of a gateway. Iterate over them to see who is connected.

    ``muted`` keeps the events of runs from everybody: the gateway is connected, answers, and tells nothing.
    """

    def __init__(self) -> None:
        self.seq = 0
        self.muted = False
        self._all: set[Connection] = set()

    def __iter__(self) -> Iterator[Connection]:
        return iter(tuple(self._all))

    def __len__(self) -> int:
        return len(self._all)

    def add(self, connection: Connection) -> None:
        """Count a client in."""
        self._all.add(connection)

    def remove(self, connection: Connection) -> None:
        """Count a client out."""
        self._all.discard(connection)

    def flush(self) -> None:
        """Write what has gathered for each client."""
        for connection in self._all:
            connection.flush()

    def broadcast(self, name: str, payload: Json) -> None:
        """Send an event to everybody."""
        self.seq += 1
        for connection in self._all:
            connection.send_event(name, payload, self.seq)

    def send_run_event(self, name: str, payload: Json, key: str) -> None:
        """Send an event of a session's run to all who may see it."""
        if self.muted:
            return
        self.seq += 1
        encoded = jsontext.dumps(payload)
        for connection in self._all:
            if connection.sees(key):
                connection.send_event(name, encoded, self.seq)

    def send_tool_event(self, asker: Connection, payload: Json) -> None:
        """Send an event of a tool to who asked for the run, and to who follows all sessions."""
        if self.muted:
            return
        if asker in self._all and "tool-events" in asker.grant.caps:
            asker.send_event("agent", payload)
        for connection in self._all:
            if connection.all_sessions:
                connection.send_event("session.tool", payload)

    def send_message(self, session: Session, message: Json) -> None:
        """Tell those who follow a session of a stored message; what tools answered isn't told."""
        if message["role"] == "toolResult":
            return
        marks = message["__openclaw"]
        payload = {**session.names, "sessionId": session.session_id, "message": message}
        payload |= {"messageId": marks["id"], "messageSeq": marks["seq"]}
        for connection in self._all:
            if connection.follows(session.key):
                connection.send_event("session.message", payload)
