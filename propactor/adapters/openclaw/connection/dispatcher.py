"""Who waits for what on a connection: responses by request id, events by run id, news by session key."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from propactor.adapters.openclaw.protocol.text_event import TextEvent, decode_text
from propactor.core import jsontext
from propactor.core.errors import InternalError, PropactorError

log = logging.getLogger(__name__)

Frame = Mapping[str, Any]
_EVENT = b'{"type":"event","event":"'
_AGENT = _EVENT + b'agent"'
_STORED = _EVENT + b'session.message"'
"""How events begin on the wire, and those that we read: skipping `chat` unread halves the work.

News of stored messages are for those who have lost a part of their run; else they are skipped too.
"""
MAX_BUFFERED = 10_000
"""Events a `BufferSink` holds; of more the oldest may go, for each tells the text so far."""


@dataclass(slots=True)
class Counters:
    """What an operator may want to see of a link, over all its connections."""

    connections: int = 0
    losses: int = 0
    frames: int = 0
    skipped: int = 0
    bad_frames: int = 0
    bytes: int = 0
    defects: int = 0


class Waiter(Protocol):
    """Waits for the responses to one request."""

    def answer(self, frame: Frame) -> bool:
        """Take a response; return True if it is the last."""
        ...

    def fail(self, error: PropactorError) -> None:
        """Learn that no more will come."""
        ...


class Sink(Protocol):
    """Takes the events of one run, at once and without waiting."""

    def receive_text(self, event: TextEvent) -> bool:
        """Take a delta, the short way; return False to be given the whole event by ``receive``."""
        ...

    def receive(self, payload: Frame) -> None:
        """Take the payload of an event."""
        ...

    def fail(self, error: PropactorError) -> None:
        """Learn that an event could not be taken, by a defect of ours."""
        ...


class SessionObserver(Protocol):
    """Learns what happens in a session beyond the runs that have a sink of their own, at once."""

    def on_unrouted(self, payload: Frame) -> None:
        """Take an event of a run that has no sink."""
        ...

    def on_stored(self, payload: Frame) -> None:
        """Take the news that a message was stored."""
        ...


class Dispatcher:
    """Reads the frames of a connection and hands each to whom it concerns; what we don't know is skipped.

    Whoever raises is taken out; the connection and the neighbours go on.

    Args:
        counters: Where frames and defects are counted.
    """

    def __init__(self, counters: Counters) -> None:
        self.sessions: dict[str, SessionObserver] = {}
        self._counters = counters
        self._waiters: dict[str, Waiter] = {}
        self._sinks: dict[str, Sink] = {}
        self._count = 0

    @property
    def size(self) -> int:
        """Return how many requests and runs are waited for."""
        return len(self._waiters) + len(self._sinks)

    def wait(self, waiter: Waiter) -> str:
        """Enter a waiter and return the id of its request."""
        self._count += 1
        request_id = f"p{self._count}"
        self._waiters[request_id] = waiter
        return request_id

    def forget(self, request_id: str) -> None:
        """Stop waiting for a response."""
        self._waiters.pop(request_id, None)

    def route(self, run_id: str, sink: Sink) -> None:
        """Send a run's events to a sink."""
        self._sinks[run_id] = sink

    def unroute(self, run_id: str) -> None:
        """Ignore a run's events from now on."""
        self._sinks.pop(run_id, None)

    def receive(self, data: bytes) -> None:
        """Take one text message."""
        counters = self._counters
        counters.frames += 1
        counters.bytes += len(data)
        if data.startswith(_AGENT):
            event = decode_text(data)
            if event is not None and self._deliver_text(event):
                return
        elif data.startswith(_EVENT) and not (self.sessions and data.startswith(_STORED)):
            counters.skipped += 1
            return
        self._receive_any(data)

    def _deliver_text(self, event: TextEvent) -> bool:
        """Hand a delta to the sink of its run; return False where the whole event must be looked at."""
        sink = self._sinks.get(event.run_id)
        if sink is None:
            return not self.sessions
        try:
            return sink.receive_text(event)
        except Exception as exc:  # noqa: BLE001  one run's defect must not end the others
            self._sinks.pop(event.run_id, None)
            self._fail(sink, exc)
            return True

    def _receive_any(self, data: bytes) -> None:
        """Take a message that isn't, or not only, a delta."""
        try:
            frame = jsontext.loads(data)
        except ValueError:
            self._counters.bad_frames += 1
            return
        if type(frame) is not dict:
            return
        if frame.get("type") == "res":
            self._deliver_response(frame)
        elif type(payload := frame.get("payload")) is dict:
            match frame.get("event"):
                case "agent":
                    self._deliver_event(payload)
                case "session.message":
                    self._tell_observer(payload, stored=True)

    def _deliver_event(self, payload: Frame) -> None:
        """Hand an event to the sink of its run, if it is one of ours."""
        run_id = payload.get("runId")
        sink = self._sinks.get(run_id) if isinstance(run_id, str) else None
        if sink is None:
            self._tell_observer(payload, stored=False)
            return
        try:
            sink.receive(payload)
        except Exception as exc:  # noqa: BLE001  one run's defect must not end the others
            self._sinks.pop(str(run_id), None)
            self._fail(sink, exc)

    def _tell_observer(self, payload: Frame, *, stored: bool) -> None:
        """Tell who observes the session; one who raises is told no more."""
        key = str(payload.get("sessionKey"))
        observer = self.sessions.get(key)
        if observer is None:
            return
        try:
            (observer.on_stored if stored else observer.on_unrouted)(payload)
        except Exception as exc:
            self.sessions.pop(key, None)
            self._counters.defects += 1
            log.error("a run could not take what the gateway sent", exc_info=exc)

    def _deliver_response(self, frame: Frame) -> None:
        """Hand a response to who waits for it. A request may get two, so the waiter says when it is done."""
        request_id = str(frame.get("id"))
        waiter = self._waiters.get(request_id)
        if waiter is None:
            return
        try:
            if waiter.answer(frame):
                self.forget(request_id)
        except Exception as exc:  # noqa: BLE001  one run's defect must not end the others
            self.forget(request_id)
            self._fail(waiter, exc)

    def _fail(self, one: Waiter | Sink, exc: Exception) -> None:
        """Log a defect of ours once, and fail the run that has it."""
        self._counters.defects += 1
        log.error("a run could not take what the gateway sent", exc_info=exc)
        one.fail(InternalError("what the gateway sent could not be read"))

    def fail(self, error: PropactorError) -> None:
        """Tell who waits for a response that the connection is gone.

        Sinks are not told: a run waits for the response to its request all the while it takes events, and
        would learn of one loss twice.
        """
        waiters = list(self._waiters.values())
        self._waiters.clear()
        self._sinks.clear()
        self.sessions.clear()
        for waiter in waiters:
            waiter.fail(error)


class SingleResponse:
    """Waits for the one response to an ordinary request."""

    def __init__(self) -> None:
        self.outcome: asyncio.Future[Frame | PropactorError] = asyncio.get_running_loop().create_future()

    def answer(self, frame: Frame) -> bool:
        """Keep the response."""
        self._settle(frame)
        return True

    def fail(self, error: PropactorError) -> None:
        """Keep the reason."""
        self._settle(error)

    def _settle(self, outcome: Frame | PropactorError) -> None:
        if not self.outcome.done():
            self.outcome.set_result(outcome)


class IgnoredResponse:
    """Waits for a response nobody needs."""

    def answer(self, frame: Frame) -> bool:  # noqa: ARG002  part of the shape of a waiter
        """Take the response."""
        return True

    def fail(self, error: PropactorError) -> None:
        """Learn that none will come."""


class FirstEventSink:
    """Waits for the first event of a run, and hands it over: so the later ones need not be asked for it.

    Args:
        run: Who is told of a defect.
        on_first: Called with the payload of the first event.
    """

    def __init__(self, run: Sink, on_first: Callable[[Frame], None]) -> None:
        self._run, self._on_first = run, on_first

    def receive_text(self, event: TextEvent) -> bool:  # noqa: ARG002  the shape of a sink
        """Ask for the whole event."""
        return False

    def receive(self, payload: Frame) -> None:
        """Take the first event."""
        self._on_first(payload)

    def fail(self, error: PropactorError) -> None:
        """Pass a defect on."""
        self._run.fail(error)


class BufferSink:
    """Holds events until somebody has read what came before them.

    Args:
        run: Who is told of a defect.
    """

    def __init__(self, run: Sink) -> None:
        self.payloads: deque[Frame] = deque(maxlen=MAX_BUFFERED)
        self._run = run

    def receive_text(self, event: TextEvent) -> bool:  # noqa: ARG002  the shape of a sink
        """Ask for the whole event."""
        return False

    def receive(self, payload: Frame) -> None:
        """Hold an event."""
        self.payloads.append(payload)

    def fail(self, error: PropactorError) -> None:
        """Pass a defect on."""
        self._run.fail(error)
