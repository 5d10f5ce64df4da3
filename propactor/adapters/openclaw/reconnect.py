"""Takes a run up again after its connection was lost: the run goes on at the gateway meanwhile.

The same gateway still knows the run: its missed messages are read, its events taken again, its end asked for.
A gateway that was restarted has forgotten it. It may begin another run in its place (2026.9): that one is
followed.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from propactor.adapters.openclaw.connection.dispatcher import BufferSink, IgnoredResponse, SingleResponse
from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.merge_events import EventMerger
from propactor.adapters.openclaw.options import Options
from propactor.adapters.openclaw.protocol import requests, stored
from propactor.adapters.openclaw.protocol.capabilities import GatewayIdentity, Hello
from propactor.core.errors import GatewayUnavailable, InternalError, PropactorError, UpstreamError

log = logging.getLogger(__name__)

Frame = Mapping[str, Any]
_STARTING = ("accepted", "in_flight")
SUCCESS: Frame = {"ok": True, "payload": {"status": "ok"}}
FORGOTTEN = "the gateway was restarted, and has forgotten the run"
_WAIT = 10.0
"""Seconds to be told of the end in one call."""
_NOT_READY_PAUSE = 0.2
"""Seconds before a gateway is asked again that is connected and says that it isn't ready."""
_REMEMBERED = 240.0
"""Seconds after which a gateway may have forgotten a request (it keeps it for five minutes)."""


@dataclass(frozen=True, slots=True)
class SentRequest:
    """A request for a run, as it was sent.

    Args:
        request_id: What its responses are known by, on the connection it was sent over.
        params: What was asked for.
        identity: Which life of the gateway was asked.
        at: When, on the clock of the event loop.
    """

    request_id: str
    params: Mapping[str, Any]
    identity: GatewayIdentity
    at: float


class RunHandle(Protocol):
    """What is needed of a run to take it up again. ``run_id`` is the run that is followed."""

    link: Link
    merger: EventMerger
    options: Options
    key: str
    run_id: str

    @property
    def accepted(self) -> bool:
        """Return True if the gateway has taken the run."""
        ...

    def accept(self) -> None:
        """Note that the gateway has taken the run."""
        ...

    def adopt(self, run_id: str) -> None:
        """Follow another run from here on, which the gateway has begun in this one's place."""
        ...

    def resume_live(self, held: Iterable[Frame]) -> None:
        """Take live events again, beginning with those that were held."""
        ...

    def settle(self, outcome: Frame | PropactorError) -> None:
        """Note how the run ended."""
        ...


class Reconnect:
    """Finds a run again after a loss, and its end, over as many connections as it takes.

    Args:
        run: The run.
        sent: The request for it.
    """

    def __init__(self, run: RunHandle, sent: SentRequest) -> None:
        self._run, self._sent = run, sent
        self._identity = sent.identity
        self._followed = False
        self._held = BufferSink(run.merger)
        self._successor: str | None = None
        self._news = asyncio.Event()

    async def finish(self) -> None:
        """Find the run and its end, and settle it."""
        try:
            outcome: Frame | PropactorError = await self._search()
        except PropactorError as exc:
            outcome = exc
        except Exception:  # guards the task: a defect of ours must not leave a run without an end
            log.exception("a run could not be taken up again")
            outcome = InternalError("a run could not be taken up again")
        self._run.settle(outcome)

    def on_unrouted(self, payload: Frame) -> None:
        """Take an event of another run in a session that is ours alone: it has begun in this one's place."""
        self._successor = str(payload.get("runId"))
        self._held.payloads.append(payload)
        self._news.set()

    def on_stored(self, payload: Frame) -> None:
        """Take the news of a stored message; a prompt that the gateway gave itself begins another run."""
        message = stored.of_push(payload)
        if message is not None and message.internal and message.run_id:
            self._successor = message.run_id
        self._news.set()
        self._run.merger.poller.wake()

    async def _search(self) -> Frame:
        """Wait for a connection and look for the end on it; start over when that is lost, too."""
        run = self._run
        while True:
            hello = await run.link.wait_ready(run.options.gateway.rejoin_seconds)
            try:
                return await self._take_up(hello)
            except GatewayUnavailable as exc:
                log.info("a run is still without its gateway: %s", exc)
                if run.link.problem() is None:
                    await asyncio.sleep(_NOT_READY_PAUSE)

    async def _take_up(self, hello: Hello) -> Frame:
        run = self._run
        identity = run.link.status.identity
        same, self._identity = self._identity.is_same(identity), identity
        self._held = BufferSink(run.merger)
        run.link.route(run.run_id, self._held)
        run.link.observe(run.key, self)
        if hello.pushes_sessions:
            run.link.post("sessions.messages.subscribe", requests.subscribe(run.key), IgnoredResponse())
        if self._followed:
            return await self._see_to_end()
        if same:
            return await self._go_on(hello)
        if not run.accepted:
            raise UpstreamError("the gateway was restarted before it accepted the run")
        return await self._find_successor(hello)

    async def _go_on(self, hello: Hello) -> Frame:
        """Go on with the run in the gateway it began in."""
        run = self._run
        ended = await self._repeat() if self._remembered else None
        if ended is not None:
            return ended
        run.accept()
        await run.merger.history.fetch()
        run.resume_live(self._held.payloads)
        while True:
            answer = await self._wait(_WAIT)
            frame = await (self._poll_protocol_3() if hello.protocol_3 else self._poll_protocol_4(answer))
            if frame is not None:
                return frame
            await asyncio.sleep(min(run.options.poll_interval, 1.0))

    async def _poll_protocol_3(self) -> Frame | None:
        """Return the end, if it has come. On protocol 3 `agent.wait` returns at the end of an attempt."""
        if self._remembered:
            return await self._repeat()
        await self._run.merger.history.read()
        return SUCCESS if self._run.merger.history.finished else None

    async def _poll_protocol_4(self, answer: Frame) -> Frame | None:
        return await self._repeat() if _is_over(answer) else None

    @property
    def _remembered(self) -> bool:
        """Return True if the request may be repeated: one that was forgotten would begin another run."""
        return asyncio.get_running_loop().time() - self._sent.at < _REMEMBERED

    async def _repeat(self) -> Frame | None:
        """Send the request again, under its own key; return how the run ended, None while it goes on."""
        run, single = self._run, SingleResponse()
        request_id = run.link.post("agent", self._sent.params, single)
        try:
            async with asyncio.timeout(run.options.call_timeout):
                outcome = await single.outcome
        except TimeoutError as exc:
            raise GatewayUnavailable("the gateway doesn't say how the run is") from exc
        finally:
            run.link.forget(request_id)
        if isinstance(outcome, PropactorError):
            raise outcome
        return None if has_begun(outcome) or (outcome.get("error") or {}).get("retryable") else outcome

    async def _wait(self, seconds: float) -> Frame:
        run = self._run
        params, timeout = requests.wait(run.run_id, seconds), seconds + run.options.call_timeout
        return await run.link.call("agent.wait", params, timeout=timeout)

    async def _find_successor(self, hello: Hello) -> Frame:
        """Wait for the run that a gateway begins in place of one that was interrupted (2026.9)."""
        run, timeout = self._run, 0.0 if hello.protocol_3 else self._run.options.successor_wait
        await run.merger.history.read()
        found = self._successor or run.merger.history.successor
        try:
            async with asyncio.timeout(timeout):
                while found is None and not run.merger.history.finished:
                    await self._next_news()
                    found = self._successor or run.merger.history.successor
        except TimeoutError as exc:
            raise UpstreamError(FORGOTTEN) from exc
        if found is None:
            return SUCCESS
        self._followed = True
        run.adopt(found)
        return await self._see_to_end()

    async def _next_news(self) -> None:
        """Wait for news for one interval, then read what is stored."""
        self._news.clear()
        try:
            async with asyncio.timeout(self._run.options.poll_interval):
                await self._news.wait()
        except TimeoutError:
            pass
        await self._run.merger.history.read()

    async def _see_to_end(self) -> Frame:
        """Follow a successor to its end. There is no request for it that could be repeated."""
        run = self._run
        run.link.route(run.run_id, self._held)
        await run.merger.history.read()
        run.resume_live(self._held.payloads)
        while True:
            answer = await self._wait(2 * run.options.poll_interval)
            await run.merger.history.read()
            if _is_over(answer):
                return _frame(answer)
            if run.merger.history.finished:
                return SUCCESS


def has_begun(answer: Frame) -> bool:
    """Return True if a response says that the run has begun: its end comes in another."""
    return bool(answer.get("ok")) and (answer.get("payload") or {}).get("status") in _STARTING


def _is_over(answer: Frame) -> bool:
    """Return True if a run has ended; a status of ``timeout`` alone means that it isn't known."""
    return answer.get("status") in ("ok", "error") or "endedAt" in answer


def _frame(answer: Frame) -> Frame:
    """Return the final response that a run would have had, made of the answer to `agent.wait`."""
    if answer.get("status") != "error":
        return {"ok": True, "payload": answer}
    error = {"code": "UNAVAILABLE", "message": answer.get("error")}
    return {"ok": False, "payload": {"status": "error"}, "error": error}
