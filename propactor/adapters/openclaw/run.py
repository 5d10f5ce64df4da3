"""One generation at the gateway: ask, pass on what comes, say how it ended."""

import asyncio
import math
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from propactor.adapters.openclaw import session
from propactor.adapters.openclaw.connection.dispatcher import FirstEventSink, IgnoredResponse
from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.merge_events import EventMerger, Switched, unnoticed
from propactor.adapters.openclaw.options import Options
from propactor.adapters.openclaw.protocol import requests
from propactor.adapters.openclaw.protocol.capabilities import GatewayIdentity, Hello
from propactor.adapters.openclaw.protocol.outcome import Facts, read_outcome
from propactor.adapters.openclaw.reconnect import Reconnect, has_begun
from propactor.adapters.openclaw.session_history import Follow, Open, nowhere
from propactor.core.errors import Cancelled, GatewayUnavailable, GenerationTimeout, PropactorError
from propactor.core.events import Progress
from propactor.core.upstream import SHARE, Emit, GenerationRequest, Reply
from propactor.prompting import prompt


class OpenClawRun:
    """Drive a run to its end. The link calls `receive`, `answer` and `fail`; none of them waits."""

    def __init__(
        self,
        link: Link,
        request: GenerationRequest,
        emit: Emit,
        options: Options,
        *,
        transcripts: Open = nowhere,
        switched: Switched = unnoticed,
    ) -> None:
        self.run_id = str(uuid.uuid4())
        self.key = requests.session_key(options.gateway.agent_id, request.job_id)
        self.link, self.options = link, options
        self.identity = GatewayIdentity()
        self.followed = False
        """Whether this is the successor of the run we asked for."""
        self.params: Mapping[str, Any] = {}
        self._request, self._emit = request, emit
        self._transcripts = transcripts
        self.merger = EventMerger(
            link,
            emit,
            options,
            key=self.key,
            run_id=self.run_id,
            debug=request.debug,
            lost=self.fail,
            switched=switched,
        )
        self._hello: Hello | None = None
        self._request_id: str | None = None
        self._asked_at = 0.0
        self._stop_asked = self._confirmed = self._left = False
        self._rejoining: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        self._accepted: asyncio.Future[None] = self._loop.create_future()
        self._outcome: asyncio.Future[Mapping[str, Any] | PropactorError] = self._loop.create_future()

    @property
    def accepted(self) -> bool:
        """Tell whether the gateway has taken the run."""
        return self._accepted.done()

    @property
    def age(self) -> float:
        """Return how many seconds ago the run was asked for."""
        return self._loop.time() - self._asked_at

    async def finish(self) -> Reply:
        """Drive the run to its end, emitting events on the way.

        Raises:
            PropactorError: the run failed; the class says how.
        """
        hello = self._hello = await self._connected()
        await self._prepare(hello)
        if self._stop_asked:
            raise Cancelled("stopped before the gateway was asked")
        try:
            self._ask(hello)
            response = await self._response()
            recalled = await self.merger.hear_out(response)
        finally:
            await self._leave(hello)
        return self._end(response, hello, recalled=recalled)

    async def stop(self) -> bool:
        """Stop the run once it is accepted; return True only if the gateway confirmed it. Never raises."""
        self._stop_asked = True
        if self._hello is None or self._request_id is None:
            return True
        if not self._outcome.done():
            self._confirmed = await self._stop_in_time()
            self.link.forget(self._request_id)
            self.settle(Cancelled("the run was stopped because we asked for it"))
        outcome = self._outcome.result()
        return self._confirmed if isinstance(outcome, PropactorError) else True

    # What the link tells

    def answer(self, frame: Mapping[str, Any]) -> bool:
        """Take a response: the first says that the run begins, the second that it is over."""
        if has_begun(frame):
            self.accept()
            return False
        self.settle(frame)
        return True

    def fail(self, error: PropactorError) -> None:
        """Learn that no more will come over this connection; the run goes on at the gateway."""
        if (
            not isinstance(error, GatewayUnavailable)
            or self._over
            or self.options.gateway.rejoin_seconds <= 0
        ):
            self.settle(error)
        elif self._rejoining is None:
            self.merger.degrade(error.message)
            self._rejoining = asyncio.create_task(Reconnect(self).finish(), name=f"{self.run_id}:rejoin")

    @property
    def _over(self) -> bool:
        return self._stop_asked or self._left or self._request_id is None or self._outcome.done()

    # What is done about what is missing

    def accept(self) -> None:
        """Note that the gateway has taken the run; an event should come soon."""
        if self._accepted.done():
            return
        self._emit(Progress("accepted", source="gateway"))
        self._accepted.set_result(None)
        if self._rejoining is None:
            self.merger.expect()

    def settle(self, outcome: Mapping[str, Any] | PropactorError) -> None:
        """Note how the run ended; only the first to say so counts."""
        if not self._outcome.done():
            self._outcome.set_result(outcome)
        if not self._accepted.done():
            self._accepted.set_result(None)

    def hear_again(self, held: Iterable[Mapping[str, Any]]) -> None:
        """Take live events again; those that were held are taken now, but for what is told already."""
        self.link.route(self.run_id, self.merger)
        self.merger.hear_again(self.run_id, held)

    def adopt(self, run_id: str) -> None:
        """Follow another run, which the gateway has begun in place of this one: its text may start over."""
        self.link.unroute(self.run_id)
        self.run_id, self.followed = run_id, True
        self.merger.start_over()

    def _come(self, payload: Mapping[str, Any]) -> None:
        """Take the first event; the next ones need not pass here."""
        self.link.route(self.run_id, self.merger)
        self.merger.come(payload)

    # From the request to the end

    async def _connected(self) -> Hello:
        """Wait for the connection: long for a first one, briefly where there is known to be none."""
        timeout = self.options.timeouts.accept * SHARE
        brief = min(self.options.connect_wait, timeout)
        try:
            return await self.link.wait_ready(brief)
        except GatewayUnavailable:
            if self.link.problem() is not None:
                raise
        return await self.link.wait_ready(timeout - brief)

    async def _prepare(self, hello: Hello) -> None:
        """Set what a session must know before its first run; a refusal costs details, not the run."""
        model, timeout = self._request.model, self.options.call_timeout
        reason = await session.prepare(self.link, hello, key=self.key, model=model, timeout=timeout)
        if reason is not None:
            self._emit(Progress("degraded", reason=reason, source="gateway"))
        self.merger.prepare(hello, tools=reason is None or not hello.protocol_3, follow=self._follow(hello))

    def _follow(self, hello: Hello) -> Follow | None:
        """Follow the session's transcript, where that is of use and we can read it."""
        transcripts = self._transcripts(hello)
        if transcripts is None:
            return None
        return transcripts.follow(self.options.gateway.agent_id, self.key, self.merger.backfill.entry)

    def _ask(self, hello: Hello) -> None:
        """Send the requests in one go: the session's events first, where they must be asked for."""
        self.identity, self._asked_at = self.link.status.identity, self._loop.time()
        self.link.route(self.run_id, FirstEventSink(self.merger, self._come))
        if hello.pushes_sessions:
            self.link.post(
                "sessions.messages.subscribe",
                requests.subscribe(self.key),
                session.Subscription(self._emit),
            )
        self.params = requests.agent(
            message=prompt.build(self._request.prompt, self._request.name),
            agent_id=self.options.gateway.agent_id,
            session_key=self.key,
            run_id=self.run_id,
            timeout=math.ceil(self.options.timeouts.total),
            thinking=self.options.gateway.thinking,
            system=prompt.EXTRA_SYSTEM_PROMPT,
        )
        self._request_id = self.link.post("agent", self.params, self)

    async def _response(self) -> Mapping[str, Any]:
        """Wait for the final response, in time."""
        try:
            async with asyncio.timeout(self.options.timeouts.accept):
                await asyncio.shield(self._accepted)
        except TimeoutError as exc:
            message = f"the gateway did not accept the run within {self.options.timeouts.accept:g} s"
            raise GenerationTimeout(message, phase="accept") from exc
        try:
            async with asyncio.timeout(self.options.timeouts.total + self.options.end_margin):
                outcome = await asyncio.shield(self._outcome)
        except TimeoutError as exc:
            raise GenerationTimeout(
                f"the run took more than {self.options.timeouts.total:g} s", phase="total"
            ) from exc
        if isinstance(outcome, PropactorError):
            raise outcome
        return outcome

    def _end(self, response: Mapping[str, Any], hello: Hello, *, recalled: bool) -> Reply:
        """Say how the run ended."""
        told = self.merger.decoder
        facts = Facts(
            protocol=hello.protocol,
            stop_asked=self._stop_asked,
            cancelled=told.cancelled,
            said=told.said,
            final_text=told.final_text,
            messages=self.merger.backfill.messages if recalled else None,
        )
        reply = read_outcome(response, facts)
        self.merger.complete(reply.text)
        return reply

    async def _stop_in_time(self) -> bool:
        """Wait for a connection and the acceptance, before which nothing could be stopped; then stop."""
        options = self.options
        try:
            async with asyncio.timeout(options.timeouts.stop):
                await asyncio.shield(self._accepted)
                return await session.stop(
                    self.link,
                    await self.link.wait_ready(options.timeouts.stop),
                    key=self.key,
                    run_id=self.run_id,
                    delete=options.gateway.abort_by_delete,
                    timeout=options.timeouts.stop,
                )
        except (TimeoutError, PropactorError):
            return False

    async def _leave(self, hello: Hello) -> None:
        """Take no more events. The request stays known until its last response, or until it is stopped."""
        self._left = True
        self.link.unroute(self.run_id)
        self.link.unobserve(self.key)
        if self._rejoining is not None:
            self._rejoining.cancel()
            await asyncio.wait([self._rejoining])
        await self.merger.close()
        if not hello.offers("sessions.messages.unsubscribe"):
            return
        try:
            self.link.post("sessions.messages.unsubscribe", requests.subscribe(self.key), IgnoredResponse())
        except PropactorError:
            return
