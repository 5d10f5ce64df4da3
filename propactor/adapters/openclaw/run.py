"""One generation at the gateway: prepare its session, ask, pass on what comes, say how it ended."""

import asyncio
import math
from collections.abc import Mapping
from typing import Any

from propactor.adapters.openclaw import session
from propactor.adapters.openclaw.agent_request import AgentRequest
from propactor.adapters.openclaw.connection.dispatcher import IgnoredResponse
from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.merge_events import Switched, ignore_switch
from propactor.adapters.openclaw.options import Options
from propactor.adapters.openclaw.protocol import requests
from propactor.adapters.openclaw.protocol.capabilities import Hello
from propactor.adapters.openclaw.protocol.outcome import Facts, read_outcome
from propactor.adapters.openclaw.session_history import Follow, Open, nowhere
from propactor.core.errors import Cancelled, GatewayUnavailable, PropactorError
from propactor.core.events import Progress
from propactor.core.upstream import SHARE, Emit, GenerationRequest, Reply
from propactor.prompting import prompt


class OpenClawRun:
    """Drives a run to its end. Asks nothing of the gateway before `finish`.

    Args:
        link: The connection to the gateway.
        request: What is asked for.
        emit: Called with each event.
        options: How it is asked for, and how long to wait for what.
        transcripts: Finds the files of the gateway, where they can be read here.
        switched: Called when another source tells the run.
    """

    def __init__(
        self,
        link: Link,
        request: GenerationRequest,
        emit: Emit,
        options: Options,
        *,
        transcripts: Open = nowhere,
        switched: Switched = ignore_switch,
    ) -> None:
        self.key = requests.session_key(options.gateway.agent_id, request.job_id)
        self._link, self._request, self._emit, self._options = link, request, emit, options
        self._transcripts = transcripts
        self._agent = AgentRequest(link, emit, options, key=self.key, debug=request.debug, switched=switched)
        self._stop_asked = self._confirmed = False

    @property
    def run_id(self) -> str:
        """Return the id of the run at the gateway; it changes if the gateway begins it anew."""
        return self._agent.run_id

    async def finish(self) -> Reply:
        """Drive the run to its end, emitting events on the way.

        Raises:
            PropactorError: the run failed; the class says how.
        """
        hello = await self._connected()
        await self._prepare(hello)
        if self._stop_asked:
            raise Cancelled("stopped before the gateway was asked")
        try:
            self._ask(hello)
            response = await self._agent.response()
            recalled = await self._agent.merger.finish(response)
        finally:
            await self._leave(hello)
        return self._reply(response, hello, recalled=recalled)

    async def stop(self) -> bool:
        """Stop the run once it is accepted; return True only if the gateway confirmed it. Never raises."""
        self._stop_asked = True
        if self._agent.sent is None:
            return True
        self._agent.abandon()
        if self._agent.outcome is None:
            self._confirmed = await self._stop_in_time()
            self._link.forget(self._agent.sent.request_id)
            self._agent.settle(Cancelled("the run was stopped because we asked for it"))
        return self._confirmed if isinstance(self._agent.outcome, PropactorError) else True

    async def _connected(self) -> Hello:
        """Wait for the connection: long for a first one, briefly where there is known to be none."""
        timeout = self._options.timeouts.accept * SHARE
        brief = min(self._options.connect_wait, timeout)
        try:
            return await self._link.wait_ready(brief)
        except GatewayUnavailable:
            if self._link.problem() is not None:
                raise
        return await self._link.wait_ready(timeout - brief)

    async def _prepare(self, hello: Hello) -> None:
        """Set what a session must know before its first run; a refusal costs details, not the run."""
        model, timeout = self._request.model, self._options.call_timeout
        reason = await session.prepare(self._link, hello, key=self.key, model=model, timeout=timeout)
        if reason is not None:
            self._emit(Progress("degraded", reason=reason, source="gateway"))
        tools = reason is None or not hello.protocol_3
        self._agent.merger.prepare(hello, tools=tools, follow=self._follow(hello))

    def _follow(self, hello: Hello) -> Follow | None:
        """Follow the session's transcript, where that is of use and we can read it."""
        transcripts = self._transcripts(hello)
        if transcripts is None:
            return None
        backfill = self._agent.merger.backfill
        return transcripts.follow(self._options.gateway.agent_id, self.key, backfill.entry)

    def _ask(self, hello: Hello) -> None:
        """Send the requests in one go: the session's events first, where they must be asked for."""
        if hello.pushes_sessions:
            self._link.post(
                "sessions.messages.subscribe",
                requests.subscribe(self.key),
                session.Subscription(self._emit),
            )
        gateway = self._options.gateway
        self._agent.send(
            requests.agent(
                message=prompt.build(self._request.prompt, self._request.name),
                agent_id=gateway.agent_id,
                session_key=self.key,
                run_id=self.run_id,
                timeout=math.ceil(self._options.timeouts.total),
                thinking=gateway.thinking,
                system=prompt.EXTRA_SYSTEM_PROMPT,
            )
        )

    def _reply(self, response: Mapping[str, Any], hello: Hello, *, recalled: bool) -> Reply:
        """Say how the run ended; ``recalled`` if its stored messages could be read."""
        merger = self._agent.merger
        facts = Facts(
            protocol=hello.protocol,
            stop_asked=self._stop_asked,
            cancelled=merger.decoder.cancelled,
            said=merger.decoder.said,
            final_text=merger.decoder.final_text,
            turn=merger.backfill.turn if recalled else None,
        )
        reply = read_outcome(response, facts)
        merger.complete(reply.text)
        return reply

    async def _stop_in_time(self) -> bool:
        """Wait for a connection and the acceptance, before which nothing could be stopped; then stop."""
        timeout = self._options.timeouts.stop
        try:
            async with asyncio.timeout(timeout):
                await self._agent.wait_accepted()
                return await session.stop(
                    self._link,
                    await self._link.wait_ready(timeout),
                    key=self.key,
                    run_id=self.run_id,
                    delete=self._options.gateway.abort_by_delete,
                    timeout=timeout,
                )
        except (TimeoutError, PropactorError):
            return False

    async def _leave(self, hello: Hello) -> None:
        """Take no more events, and give back the session's."""
        await self._agent.close()
        if not hello.offers("sessions.messages.unsubscribe"):
            return
        try:
            self._link.post("sessions.messages.unsubscribe", requests.subscribe(self.key), IgnoredResponse())
        except PropactorError:
            return
