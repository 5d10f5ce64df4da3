"""Take down what passes between us and a gateway: a tap in its link, another in its transcripts."""

from collections.abc import Callable, Mapping
from typing import Any

from propactor.adapters.openclaw.connection.connection import Connection
from propactor.adapters.openclaw.connection.dispatcher import Counters, Waiter
from propactor.adapters.openclaw.protocol import requests
from propactor.adapters.openclaw.protocol.capabilities import Hello
from propactor.adapters.openclaw.session_history import Follow, Open, Take, Transcripts
from propactor.adapters.openclaw.upstream import OpenClawUpstream
from propactor.core import jsontext
from propactor.core.errors import PropactorError
from propactor.core.recording import Tape

_EVENT = b'{"type":"event","event":"'
_KEPT = (b'agent"', b"session.")
"""Events worth keeping: the others only repeat, or concern nobody's generation."""
CATCH_UP = "catch_up"
"""What a transcript is asked in a recording: to have handed over all there is by now."""


class TapedConnection(Connection):
    """A connection that takes down what it sends and hears."""

    def __init__(self, counters: Counters, tape: Tape) -> None:
        super().__init__(counters)
        self._tape = tape
        self.on_text = self._write

    def post(self, method: str, params: Mapping[str, Any], waiter: Waiter) -> str:
        """Send a request.

        Raises:
            GatewayUnavailable: the connection is lost.
        """
        request_id = super().post(method, params, waiter)
        if method != "connect":  # it holds the token
            self._tape.write("out", "gateway", requests.request(request_id, method, params))
        return request_id

    def end(self, error: PropactorError) -> None:
        """Hang up, and tell everybody who waits."""
        if not self._lost.done():
            closed = {"type": "closed", "code": error.code, "message": error.message}
            self._tape.write("in", "gateway", jsontext.dumps(closed))
        super().end(error)

    def _write(self, data: bytes) -> None:
        if not data.startswith(_EVENT) or data.startswith(_KEPT, len(_EVENT)):
            self._tape.write("in", "gateway", data)
        self.dispatcher.receive(data)


def connections(tape: Tape) -> Callable[[Counters], Connection]:
    """Return what makes connections that are taken down."""
    return lambda counters: TapedConnection(counters, tape)


class _TapedFollow:
    """Follows a session, and takes down what its file says."""

    def __init__(self, follow: Follow, tape: Tape) -> None:
        self._follow, self._tape = follow, tape
        self._asked = 0

    @property
    def failure(self) -> PropactorError | None:
        """Return why nothing can be read just now."""
        return self._follow.failure

    def start(self) -> None:
        """Begin."""
        self._follow.start()

    async def catch_up(self) -> None:
        """Wait until all that is written by now has been handed over, and note that it has."""
        self._asked += 1
        request = requests.request(f"t{self._asked}", CATCH_UP, {})
        self._tape.write("out", "transcript", request)
        answer = {"type": "res", "id": f"t{self._asked}", "ok": True}
        await self._follow.catch_up()
        self._tape.write("in", "transcript", jsontext.dumps(answer))

    async def close(self) -> None:
        """Stop."""
        await self._follow.close()


class _TapedTranscripts:
    """The files of a gateway, with a tap."""

    def __init__(self, transcripts: Transcripts, tape: Tape) -> None:
        self._transcripts, self._tape = transcripts, tape

    def follow(self, agent_id: str, session_key: str, take: Take) -> Follow:
        """Follow a session, which need not exist yet."""

        def both(entry: Mapping[str, Any]) -> None:
            self._tape.write("in", "transcript", jsontext.dumps(entry))
            take(entry)

        return _TapedFollow(self._transcripts.follow(agent_id, session_key, both), self._tape)

    def problem(self) -> Exception | None:
        """Return why nothing can be read, or None when it can."""
        return self._transcripts.problem()


def transcripts(opens: Open, tape: Tape) -> Open:
    """Return what opens transcripts that are taken down."""

    def opened(hello: Hello) -> Transcripts | None:
        found = opens(hello)
        return None if found is None else _TapedTranscripts(found, tape)

    return opened


def tap(upstream: OpenClawUpstream, tape: Tape) -> None:
    """Take down all that an upstream says and hears; before its link is started."""
    upstream.link.make_connection = connections(tape)
    upstream.files = transcripts(upstream.files, tape)
