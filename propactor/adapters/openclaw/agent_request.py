"""One request for a run: sent, accepted, answered; taken up again when the connection is lost."""

import asyncio
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from propactor.adapters.openclaw.connection.dispatcher import FirstEventSink
from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.merge_events import EventMerger, Switched
from propactor.adapters.openclaw.options import Options
from propactor.adapters.openclaw.reconnect import Reconnect, SentRequest, has_begun
from propactor.core.errors import GatewayUnavailable, GenerationTimeout, PropactorError
from propactor.core.events import Progress
from propactor.core.upstream import Emit


class AgentRequest:
    """A request for a run, from when it is sent to its last response, over as many connections as it takes.

    The link calls `answer` and `fail`, and gives the events to ``merger``; none of them waits.
    ``run_id`` is that of the run that is followed, which after a restart may be another than was asked for.

    Args:
        link: The connection to the gateway.
        emit: Called with each event of the run.
        options: How long to wait for what.
        key: The run's session, which is its own.
        debug: True if events shall carry what they were made of.
        switched: Called when another source tells the run.
    """

    def __init__(
        self, link: Link, emit: Emit, options: Options, *, key: str, debug: bool, switched: Switched
    ) -> None:
        self.link, self.options, self.key = link, options, key
        self.run_id = str(uuid.uuid4())
        self.merger = EventMerger(
            link, emit, options, key=key, run_id=self.run_id, debug=debug, lost=self.fail, switched=switched
        )
        self.sent: SentRequest | None = None
        self._emit = emit
        self._abandoned = False
        self._reconnecting: asyncio.Task[None] | None = None
        loop = asyncio.get_running_loop()
        self._accepted: asyncio.Future[None] = loop.create_future()
        self._outcome: asyncio.Future[Mapping[str, Any] | PropactorError] = loop.create_future()

    def send(self, params: Mapping[str, Any]) -> None:
        """Send the request; events go to the run from here on.

        Raises:
            GatewayUnavailable: there is no connection.
        """
        self.link.route(self.run_id, FirstEventSink(self.merger, self._receive_first))
        identity, now = self.link.status.identity, asyncio.get_running_loop().time()
        request_id = self.link.post("agent", params, self)
        self.sent = SentRequest(request_id, params, identity, now)

    async def response(self) -> Mapping[str, Any]:
        """Wait for the last response, in time.

        Raises:
            GenerationTimeout: it isn't accepted, or doesn't end, in time.
            PropactorError: the run is lost.
        """
        accept, total = self.options.timeouts.accept, self.options.timeouts.total
        try:
            async with asyncio.timeout(accept):
                await self.wait_accepted()
        except TimeoutError as exc:
            message = f"the gateway did not accept the run within {accept:g} s"
            raise GenerationTimeout(message, phase="accept") from exc
        try:
            async with asyncio.timeout(total + self.options.end_margin):
                outcome = await asyncio.shield(self._outcome)
        except TimeoutError as exc:
            raise GenerationTimeout(f"the run took more than {total:g} s", phase="total") from exc
        if isinstance(outcome, PropactorError):
            raise outcome
        return outcome

    async def wait_accepted(self) -> None:
        """Wait until the gateway has taken the run, or it is over. The caller brings the deadline."""
        await asyncio.shield(self._accepted)

    @property
    def accepted(self) -> bool:
        """Return True if the gateway has taken the run, or it is over."""
        return self._accepted.done()

    @property
    def outcome(self) -> Mapping[str, Any] | PropactorError | None:
        """Return the last response, or why there will be none; None while the run goes on."""
        return self._outcome.result() if self._outcome.done() else None

    def abandon(self) -> None:
        """Don't take the run up again if the connection is lost: it is being stopped, or left."""
        self._abandoned = True

    async def close(self) -> None:
        """Take no more events. The request stays known until its last response, or until it is stopped."""
        self.abandon()
        self.link.unroute(self.run_id)
        self.link.unobserve(self.key)
        if self._reconnecting is not None:
            self._reconnecting.cancel()
            await asyncio.wait([self._reconnecting])
        await self.merger.close()

    # What the link tells

    def answer(self, frame: Mapping[str, Any]) -> bool:
        """Take a response: the first says that the run begins, the second that it is over."""
        if has_begun(frame):
            self.accept()
            return False
        self.settle(frame)
        return True

    def fail(self, error: PropactorError) -> None:
        """Learn that no more comes over this connection. The run goes on at the gateway: find it again."""
        patient = isinstance(error, GatewayUnavailable) and self.options.gateway.rejoin_seconds > 0
        if self.sent is None or self._abandoned or self._outcome.done() or not patient:
            self.settle(error)
        elif self._reconnecting is None:
            self.merger.degrade(error.message)
            reconnect = Reconnect(self, self.sent)
            self._reconnecting = asyncio.create_task(reconnect.finish(), name=f"{self.run_id}:reconnect")

    # What is learnt from that, or when the run is found again

    def accept(self) -> None:
        """Note that the gateway has taken the run; an event should come soon."""
        if self._accepted.done():
            return
        self._emit(Progress("accepted", source="gateway"))
        self._accepted.set_result(None)
        if self._reconnecting is None:
            self.merger.expect()

    def settle(self, outcome: Mapping[str, Any] | PropactorError) -> None:
        """Note how the run ended; only the first to say so counts."""
        if not self._outcome.done():
            self._outcome.set_result(outcome)
        if not self._accepted.done():
            self._accepted.set_result(None)

    def resume_live(self, held: Iterable[Mapping[str, Any]]) -> None:
        """Take live events again; those that were held are taken now, but for what is told already."""
        self.link.route(self.run_id, self.merger)
        self.merger.resume_live(self.run_id, held)

    def adopt(self, run_id: str) -> None:
        """Follow another run, which the gateway has begun in place of this one: its text may start over."""
        self.link.unroute(self.run_id)
        self.run_id = run_id
        self.merger.start_over()

    def _receive_first(self, payload: Mapping[str, Any]) -> None:
        """Take the first event; later ones go to the merger without a detour."""
        self.link.route(self.run_id, self.merger)
        self.merger.receive_first(payload)
