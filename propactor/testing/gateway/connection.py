"""One client of the fake gateway: what it may see, and what is about to be sent to it."""

import asyncio
from collections.abc import Mapping
from typing import Any

from websockets.asyncio.server import ServerConnection

from propactor.core import jsontext
from propactor.testing.gateway import frames
from propactor.testing.gateway.handshake import Grant
from propactor.testing.gateway.profile import Profile

READ, ADMIN = "operator.read", "operator.admin"


class Connection:
    """A client that was let in. Frames gather until the ticker's round is over, and go out in one write."""

    def __init__(self, socket: ServerConnection, grant: Grant, profile: Profile) -> None:
        self.socket, self.grant, self.profile = socket, grant, profile
        self.subscribed: set[str] = set()
        self.all_sessions = False
        self._max_buffered = int(profile.policy["maxBufferedBytes"])
        self._seq = 0
        self._waiting: list[bytes] = []
        self._closing: asyncio.Task[None] | None = None

    def may(self, scope: str) -> bool:
        """Tell whether the client has a scope; an administrator has them all."""
        return scope in self.grant.scopes or ADMIN in self.grant.scopes

    def sees(self, key: str) -> bool:
        """Tell whether the client gets what happens in a session."""
        scoped = self.profile.scoped_events and "session-scoped-events" in self.grant.caps
        allowed = self.may(READ) if self.profile.events_need_scope else self.grant.role == "operator"
        return allowed and (not scoped or key in self.subscribed)

    def follows(self, key: str) -> bool:
        """Tell whether the client asked for what is stored of a session."""
        return self.all_sessions or key in self.subscribed

    def respond(
        self, request_id: str, payload: Mapping[str, Any] | None, error: frames.Json | None = None
    ) -> None:
        """Answer a request."""
        self._send(frames.response(request_id, payload, error))

    def tell(self, name: str, payload: bytes | Mapping[str, Any], seq: int | None = None) -> None:
        """Send an event, numbered by the gateway unless each connection counts its own."""
        if self.profile.seq_of == "connection":
            self._seq += 1
            seq = self._seq
        encoded = payload if isinstance(payload, bytes) else jsontext.dumps(payload)
        self._send(frames.event(name, encoded, seq))

    def _send(self, text: bytes) -> None:
        self._waiting.append(frames.websocket(text))

    def flush(self) -> None:
        """Write what has gathered. A client that reads too slowly is sent away."""
        if not self._waiting:
            return
        gathered, self._waiting = b"".join(self._waiting), []
        transport = self.socket.transport
        if transport.is_closing() or self._closing or self.socket.protocol.eof_sent:
            return
        transport.write(gathered)
        if transport.get_write_buffer_size() > self._max_buffered:
            self._say_goodbye(1008, "slow consumer")

    def close(self, code: int, reason: str) -> None:
        """Say goodbye, after what was said before."""
        self.flush()
        self._say_goodbye(code, reason)

    def _say_goodbye(self, code: int, reason: str) -> None:
        if self._closing is None:
            self._closing = asyncio.create_task(self.socket.close(code, reason), name=f"close {code}")

    def drop(self) -> None:
        """Cut the line."""
        self.flush()
        self.socket.transport.abort()
