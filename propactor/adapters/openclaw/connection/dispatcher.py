"""Who waits for what on the link: responses by request id, events by run id."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from propactor.core.errors import InternalError, PropactorError

log = logging.getLogger(__name__)

Frame = Mapping[str, Any]


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


class Single:
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


class Ignored:
    """Waits for a response nobody needs."""

    def answer(self, frame: Frame) -> bool:  # noqa: ARG002  part of the shape of a waiter
        """Take the response."""
        return True

    def fail(self, error: PropactorError) -> None:
        """Learn that none will come."""


class Dispatcher:
    """The two tables of a link. Whoever raises in them is taken out; the link goes on."""

    def __init__(self) -> None:
        self._waiters: dict[str, Waiter] = {}
        self._sinks: dict[str, Sink] = {}
        self.sessions: dict[str, SessionObserver] = {}
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

    def event(self, payload: Frame) -> int:
        """Hand an event to the sink of its run, if it is one of ours; return the number of defects met."""
        run_id = payload.get("runId")
        sink = self._sinks.get(run_id) if run_id is not None else None
        if sink is None:
            return self._tell_session(payload, stored=False) if self.sessions else 0
        try:
            sink.receive(payload)
        except Exception as exc:  # noqa: BLE001  one run's defect must not end the others
            self._sinks.pop(str(run_id), None)
            return _defect(sink, exc)
        return 0

    def on_stored(self, payload: Frame) -> int:
        """Tell of a stored message; return the number of defects met."""
        return self._tell_session(payload, stored=True)

    def _tell_session(self, payload: Frame, *, stored: bool) -> int:
        """Tell who attends the session; one who raises is told no more."""
        key = str(payload.get("sessionKey"))
        observer = self.sessions.get(key)
        if observer is None:
            return 0
        try:
            (observer.on_stored if stored else observer.on_unrouted)(payload)
        except Exception as exc:
            self.sessions.pop(key, None)
            log.error("a run could not take what the gateway sent", exc_info=exc)
            return 1
        return 0

    def response(self, frame: Frame) -> int:
        """Hand a response to who waits for it; return the number of defects met.

        A request may get two, so the waiter says when it is done.
        """
        request_id = str(frame.get("id"))
        waiter = self._waiters.get(request_id)
        if waiter is None:
            return 0
        try:
            if waiter.answer(frame):
                self.forget(request_id)
        except Exception as exc:  # noqa: BLE001  one run's defect must not end the others
            self.forget(request_id)
            return _defect(waiter, exc)
        return 0

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


def _defect(one: Waiter | Sink, exc: Exception) -> int:
    """Log a defect of ours once, and fail the run that has it."""
    log.error("a run could not take what the gateway sent", exc_info=exc)
    one.fail(InternalError("what the gateway sent could not be read"))
    return 1


LIMIT = 10_000
"""Events held; of more the oldest may go, for each tells the text so far."""


class FirstEventSink:
    """Waits for the first event, then tells that it came and what it is."""

    def __init__(self, run: Sink, came: Callable[[Mapping[str, Any]], None]) -> None:
        self._run, self._came = run, came

    def receive(self, payload: Mapping[str, Any]) -> None:
        """Take the first event."""
        self._came(payload)

    def fail(self, error: PropactorError) -> None:
        """Pass on that no more will come."""
        self._run.fail(error)


class BufferSink:
    """Holds events until somebody has read what came before them."""

    def __init__(self, run: Sink) -> None:
        self.payloads: deque[Mapping[str, Any]] = deque(maxlen=LIMIT)
        self._run = run

    def receive(self, payload: Mapping[str, Any]) -> None:
        """Hold an event."""
        self.payloads.append(payload)

    def fail(self, error: PropactorError) -> None:
        """Pass on that no more will come."""
        self._run.fail(error)
