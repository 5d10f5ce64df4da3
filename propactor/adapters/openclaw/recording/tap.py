"""Takes down what passes between us and a gateway: a tap on its wire, and one on its transcripts."""

from collections.abc import Mapping
from typing import Any

from propactor.adapters.openclaw.connection.websocket import OnText
from propactor.adapters.openclaw.connection.wire import OnLost, OpenedWire, OpenWire
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
"""The method, in a recording, by which a transcript is asked to hand over everything there is by now."""


class TappedWire:
    """A wire that is taken down: what is sent, what comes, and why it ended.

    Args:
        tape: Where to.
        on_text: Called with each text message as it comes.
        on_lost: Called when the other side has ended it.
    """

    def __init__(self, tape: Tape, *, on_text: OnText, on_lost: OnLost) -> None:
        self._tape, self._on_text, self._on_lost = tape, on_text, on_lost
        self._wire: OpenedWire
        self._ended = False

    async def open(self, open_wire: OpenWire) -> "TappedWire":
        """Open the wire.

        Raises:
            PropactorError: it can't be opened.
        """
        try:
            self._wire = await open_wire(on_text=self._receive, on_lost=self._lose)
        except PropactorError as exc:
            self._end(exc)
            raise
        return self

    def send(self, text: bytes) -> None:
        """Send a text message; an introduction isn't taken down, for it holds the token.

        Raises:
            GatewayUnavailable: it can't be sent any more.
        """
        self._wire.send(text)
        if jsontext.loads(text).get("method") != "connect":
            self._tape.write("out", "gateway", text)

    async def drain(self) -> None:
        """Wait until more can be sent."""
        await self._wire.drain()

    def close(self, error: PropactorError) -> None:
        """Hang up."""
        self._end(error)
        self._wire.close(error)

    async def wait_closed(self, timeout: float) -> None:
        """Wait until it is closed, and close it by force after ``timeout`` seconds."""
        await self._wire.wait_closed(timeout)

    def _receive(self, data: bytes) -> None:
        if not data.startswith(_EVENT) or data.startswith(_KEPT, len(_EVENT)):
            self._tape.write("in", "gateway", data)
        self._on_text(data)

    def _lose(self, error: PropactorError) -> None:
        self._end(error)
        self._on_lost(error)

    def _end(self, error: PropactorError) -> None:
        """Take down the end, once: who is told of a loss hangs up."""
        if not self._ended:
            self._ended = True
            closed = {"type": "closed", "code": error.code, "message": error.message}
            self._tape.write("in", "gateway", jsontext.dumps(closed))


def wires(open_wire: OpenWire, tape: Tape) -> OpenWire:
    """Return what opens wires that are taken down."""

    async def opened(*, on_text: OnText, on_lost: OnLost) -> OpenedWire:
        return await TappedWire(tape, on_text=on_text, on_lost=on_lost).open(open_wire)

    return opened


class _TappedFollow:
    """Follows a session, and takes down when it had been read to its end.

    Args:
        follow: What follows it.
        tape: Where to.
    """

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


class _TappedTranscripts:
    """The files of a gateway, with a tap."""

    def __init__(self, transcripts: Transcripts, tape: Tape) -> None:
        self._transcripts, self._tape = transcripts, tape

    def follow(self, agent_id: str, session_key: str, take: Take) -> Follow:
        """Follow a session, which need not exist yet."""

        def both(entry: Mapping[str, Any]) -> None:
            self._tape.write("in", "transcript", jsontext.dumps(entry))
            take(entry)

        return _TappedFollow(self._transcripts.follow(agent_id, session_key, both), self._tape)

    def problem(self) -> Exception | None:
        """Return why nothing can be read, or None when it can."""
        return self._transcripts.problem()


def transcripts(opens: Open, tape: Tape) -> Open:
    """Return what opens transcripts that are taken down."""

    def opened(hello: Hello) -> Transcripts | None:
        found = opens(hello)
        return None if found is None else _TappedTranscripts(found, tape)

    return opened


def tap(upstream: OpenClawUpstream, tape: Tape) -> None:
    """Take down everything that passes between an upstream and its gateway; before its link is started."""
    dialer = upstream.link.dialer
    dialer.open_wire = wires(dialer.open_wire, tape)
    upstream.files = transcripts(upstream.files, tape)
