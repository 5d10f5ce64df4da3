"""One generation at the gateway: ask, pass on what comes, say how it ended."""

import asyncio
import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from propactor.adapters.openclaw import preparing, protocol, stopping
from propactor.adapters.openclaw.decoder import Decoder
from propactor.adapters.openclaw.endings import Facts, ending
from propactor.adapters.openclaw.exchange import Ignored
from propactor.adapters.openclaw.hello import Hello
from propactor.adapters.openclaw.link import Link
from propactor.core.errors import Cancelled, GatewayUnavailable, GenerationTimeout, PropactorError
from propactor.core.events import Progress
from propactor.core.upstream import Emit, GenerationRequest, Reply
from propactor.prompting import prompt

_STARTING = ("accepted", "in_flight")
_SHARE = 0.9
"""How much of the time to be accepted the connection may take; who waited longer would call it silence."""
_HISTORY = 200
"""Messages to ask for: more than one generation makes."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How runs are asked for. Times are in seconds."""

    agent_id: str = "dev"
    thinking: str | None = "medium"
    accept: float = 15.0
    rejoin: float = 3.0
    """How long to wait for a connection that is known to be lost: it may be just coming back."""
    total: float = 120.0
    call: float = 5.0
    stop: float = 2.0
    margin: float = 5.0
    """How long after its time limit a run may still report its end."""
    delete_to_stop: bool = True


class OpenClawRun:
    """Drive a run to its end. The link calls `receive`, `answer` and `fail`; none of them waits."""

    def __init__(self, link: Link, request: GenerationRequest, emit: Emit, terms: Terms) -> None:
        self.run_id = str(uuid.uuid4())
        self.key = protocol.session_key(terms.agent_id, request.job_id)
        self._link, self._request, self._emit, self._terms = link, request, emit, terms
        self._decoder = Decoder(debug=request.debug)
        self._hello: Hello | None = None
        self._request_id: str | None = None
        self._stop_asked = False
        self._confirmed = False
        loop = asyncio.get_running_loop()
        self._accepted: asyncio.Future[None] = loop.create_future()
        self._outcome: asyncio.Future[Mapping[str, Any] | PropactorError] = loop.create_future()

    async def finish(self) -> Reply:
        """Drive the run to its end, emitting events on the way.

        Raises:
            PropactorError: the run failed; the class says how.
        """
        self._hello = await self._connected()
        await self._prepare(self._hello)
        if self._stop_asked:
            raise Cancelled("stopped before the gateway was asked")
        self._ask(self._hello)
        try:
            response = await self._response()
        finally:
            self._leave(self._hello)
        return await self._end(response, self._hello)

    async def stop(self) -> bool:
        """Stop the run once it is accepted; return True only if the gateway confirmed it. Never raises."""
        self._stop_asked = True
        if self._hello is None or self._request_id is None:
            return True
        if not self._outcome.done():
            self._confirmed = await self._stop_in_time(self._hello)
            self._link.forget(self._request_id)
            self._settle(Cancelled("the run was stopped because we asked for it"))
        outcome = self._outcome.result()
        return self._confirmed if isinstance(outcome, PropactorError) else True

    def receive(self, payload: Mapping[str, Any]) -> None:
        """Take an event of the run."""
        for event in self._decoder.decode(payload):
            self._emit(event)

    def answer(self, frame: Mapping[str, Any]) -> bool:
        """Take a response: the first says that the run begins, the second that it is over."""
        started = frame.get("ok") and (frame.get("payload") or {}).get("status") in _STARTING
        if started and not self._accepted.done():
            self._emit(Progress("accepted", source="gateway"))
        if not started:
            self._settle(frame)
        if not self._accepted.done():
            self._accepted.set_result(None)
        return not started

    def fail(self, error: PropactorError) -> None:
        """Learn that no more will come."""
        self._settle(error)
        if not self._accepted.done():
            self._accepted.set_result(None)

    def _settle(self, outcome: Mapping[str, Any] | PropactorError) -> None:
        if not self._outcome.done():
            self._outcome.set_result(outcome)

    async def _connected(self) -> Hello:
        """Wait for the connection: long for a first one, briefly where there is known to be none."""
        patience = self._terms.accept * _SHARE
        brief = min(self._terms.rejoin, patience)
        try:
            return await self._link.wait_ready(brief)
        except GatewayUnavailable:
            if self._link.problem() is not None:
                raise
        return await self._link.wait_ready(patience - brief)

    async def _prepare(self, hello: Hello) -> None:
        """Set what a session must know before its first run; a refusal costs details, not the run."""
        model, patience = self._request.model, self._terms.call
        reason = await preparing.prepare(self._link, hello, key=self.key, model=model, patience=patience)
        if reason is not None:
            self._emit(Progress("degraded", reason=reason, source="gateway"))
        elif hello.february:
            self._decoder = Decoder(debug=self._request.debug, strict=True)

    def _ask(self, hello: Hello) -> None:
        """Send the requests in one go: the session's events first, where they must be asked for."""
        self._link.route(self.run_id, self)
        if hello.pushes_sessions:
            self._link.post(
                "sessions.messages.subscribe", protocol.subscribe(self.key), _Subscription(self._emit)
            )
        params = protocol.agent(
            message=prompt.build(self._request.prompt, self._request.name),
            agent_id=self._terms.agent_id,
            session_key=self.key,
            run_id=self.run_id,
            timeout=math.ceil(self._terms.total),
            thinking=self._terms.thinking,
            system=prompt.EXTRA_SYSTEM_PROMPT,
        )
        self._request_id = self._link.post("agent", params, self)

    async def _response(self) -> Mapping[str, Any]:
        """Wait for the final response, in time."""
        try:
            async with asyncio.timeout(self._terms.accept):
                await asyncio.shield(self._accepted)
        except TimeoutError as exc:
            message = f"the gateway did not accept the run within {self._terms.accept:g} s"
            raise GenerationTimeout(message, phase="accept") from exc
        try:
            async with asyncio.timeout(self._terms.total + self._terms.margin):
                outcome = await asyncio.shield(self._outcome)
        except TimeoutError as exc:
            raise GenerationTimeout(f"the run took more than {self._terms.total:g} s", phase="total") from exc
        if isinstance(outcome, PropactorError):
            raise outcome
        return outcome

    async def _end(self, response: Mapping[str, Any], hello: Hello) -> Reply:
        """Say what was held back, then how the run ended."""
        for event in self._decoder.flush():
            self._emit(event)
        facts = Facts(
            protocol=hello.protocol,
            stop_asked=self._stop_asked,
            cancelled=self._decoder.cancelled,
            said=self._decoder.said,
            final_text=self._decoder.final_text,
            messages=await self._messages(response, hello),
        )
        return ending(response, facts)

    async def _messages(self, response: Mapping[str, Any], hello: Hello) -> list[Mapping[str, Any]] | None:
        """Fetch the session's messages where the response can't be trusted; None if that fails."""
        if not hello.february or self._stop_asked or not response.get("ok"):
            return None
        try:
            params = protocol.history(self.key, _HISTORY)
            answer = await self._link.call("chat.history", params, patience=self._terms.call)
        except PropactorError:
            return None
        return [message for message in answer.get("messages") or () if isinstance(message, dict)]

    async def _stop_in_time(self, hello: Hello) -> bool:
        """Wait for the acceptance, for before it nothing runs that could be stopped; then stop."""
        terms = self._terms
        try:
            async with asyncio.timeout(terms.stop):
                await asyncio.shield(self._accepted)
                return await stopping.stop(
                    self._link,
                    hello,
                    key=self.key,
                    run_id=self.run_id,
                    delete=terms.delete_to_stop,
                    patience=terms.stop,
                )
        except TimeoutError:
            return False

    def _leave(self, hello: Hello) -> None:
        """Take no more events. The request stays known until its last response, or until it is stopped."""
        self._link.unroute(self.run_id)
        if not hello.offers("sessions.messages.unsubscribe"):
            return
        try:
            self._link.post("sessions.messages.unsubscribe", protocol.subscribe(self.key), Ignored())
        except PropactorError:
            return


class _Subscription(Ignored):
    """Waits for the word that a session's events will come."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit

    def answer(self, frame: Mapping[str, Any]) -> bool:
        """Tell the reader if they won't: a gateway that scopes events then sends none."""
        if not frame.get("ok"):
            self._emit(
                Progress("degraded", reason="the gateway refused the session's events", source="gateway")
            )
        return True
