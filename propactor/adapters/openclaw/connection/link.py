"""The one connection to the gateway that all generations share: made, watched, made again after a loss."""

import asyncio
import logging
from collections.abc import Mapping
from enum import StrEnum
from random import SystemRandom
from typing import Any

from propactor.adapters.openclaw.connection.connection import Connection
from propactor.adapters.openclaw.connection.dispatcher import Counters, SessionObserver, Sink, Waiter
from propactor.adapters.openclaw.connection.wire import OpenWire, over_websocket
from propactor.adapters.openclaw.protocol.capabilities import GatewayIdentity, Hello, boot
from propactor.core.backoff import Backoff
from propactor.core.errors import GatewayRefused, GatewayUnavailable, InternalError, PropactorError
from propactor.core.machine import Lifecycle, Row, Table

log = logging.getLogger(__name__)

_GOODBYE = 1.0
"""Seconds the socket gets to close."""


class Link:
    """Keep a connection to the gateway. `start` it, `close` it; in between it comes back by itself."""

    def __init__(
        self,
        *,
        url: str,
        token: str = "",
        connect_timeout: float = 10.0,
        grace: float = 10.0,
        stable_after: float = 10.0,
        backoff: Backoff | None = None,
        open_wire: OpenWire | None = None,
    ) -> None:
        self.hello: Hello | None = None
        self.identity = GatewayIdentity()
        self.counters = Counters()
        self.open_wire = open_wire or over_websocket(url, timeout=connect_timeout)
        """Opens the wire of each connection; to wrap it, do so before `start`."""
        self._token = token
        self._connect_timeout = connect_timeout
        self._grace = grace
        self._stable_after = stable_after
        self._backoff = backoff or Backoff(SystemRandom().uniform)
        self._life = Lifecycle(LINK)
        self._failure: PropactorError | None = None
        self._changed = asyncio.Event()
        self._connection: Connection | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def state(self) -> str:
        """Return where the link is in its table."""
        return self._life.state

    @property
    def waiting(self) -> int:
        """Return how many requests and runs wait for something."""
        return self._connection.dispatcher.size if self._connection is not None else 0

    def problem(self) -> PropactorError | None:
        """Return why a run can't begin now. A first connection under way is no problem, but worth a wait."""
        if self.state == LinkState.STOPPED:
            return GatewayUnavailable("the link to the gateway is closed")
        return self._failure

    def start(self) -> None:
        """Begin to connect."""
        if self._task is None and self.state != LinkState.STOPPED:
            self._task = asyncio.create_task(self._run(), name="gateway-link")

    async def close(self) -> None:
        """Hang up for good."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        if self.state != LinkState.STOPPED:
            self._enter("stop")

    async def wait_ready(self, timeout: float) -> Hello:
        """Wait for a connection that works.

        Raises:
            GatewayRefused: the gateway doesn't want us, so waiting is no use.
            GatewayUnavailable: there is none in time.
        """
        try:
            async with asyncio.timeout(timeout):
                return await self._ready()
        except TimeoutError as exc:
            raise self.problem() or GatewayUnavailable("there is no connection to the gateway yet") from exc

    async def call(self, method: str, params: Mapping[str, Any], *, timeout: float) -> Mapping[str, Any]:
        """Ask something and return the payload of the answer.

        Raises:
            GatewayUnavailable: there is no connection, or no answer in time.
            GatewayRefused: the answer is no.
        """
        return await self._usable().call(method, params, timeout=timeout)

    def post(self, method: str, params: Mapping[str, Any], waiter: Waiter) -> str:
        """Send a request without waiting; ``waiter`` gets what comes back. Return the request's id.

        Raises:
            GatewayUnavailable: there is no connection.
        """
        return self._usable().post(method, params, waiter)

    def forget(self, request_id: str) -> None:
        """Stop waiting for a response."""
        if self._connection is not None:
            self._connection.dispatcher.forget(request_id)

    def route(self, run_id: str, sink: Sink) -> None:
        """Send a run's events to a sink, which must neither wait nor raise; tell it when no more will come.

        Raises:
            GatewayUnavailable: there is no connection.
        """
        self._usable().dispatcher.route(run_id, sink)

    def unroute(self, run_id: str) -> None:
        """Ignore a run's events from now on."""
        if self._connection is not None:
            self._connection.dispatcher.unroute(run_id)

    def observe(self, key: str, observer: SessionObserver) -> None:
        """Tell somebody what happens in a session beyond the runs that have a sink.

        Raises:
            GatewayUnavailable: there is no connection.
        """
        self._usable().dispatcher.sessions[key] = observer

    def unobserve(self, key: str) -> None:
        """Tell nobody of a session any more."""
        if self._connection is not None:
            self._connection.dispatcher.sessions.pop(key, None)

    def _usable(self) -> Connection:
        if self._connection is None or self.state != LinkState.READY:
            raise self.problem() or GatewayUnavailable("there is no connection to the gateway yet")
        return self._connection

    async def _ready(self) -> Hello:
        while self.state != LinkState.READY or self.hello is None:
            problem = self.problem()
            if isinstance(problem, GatewayRefused) or self.state == LinkState.STOPPED:
                raise problem or GatewayUnavailable("the link to the gateway is closed")
            await self._changed.wait()
        return self.hello

    async def _run(self) -> None:
        """Connect, live with it until it is lost, wait, again."""
        while True:
            failure = await self._live()
            pause = self._backoff.next(hint=(failure.retry_after_ms or 0) / 1000)
            log.warning("gateway: %s; next try in %.1f s", failure.message, pause)
            await asyncio.sleep(pause)

    async def _live(self) -> PropactorError:
        """Make one connection and serve it; return why it ended."""
        failure: PropactorError = GatewayUnavailable("the link to the gateway was closed")
        connection = self._connection = Connection(self.counters)
        connection.on_end = self._lose
        try:
            failure = await self._serve(connection)
        finally:
            connection.end(failure)
            await connection.gone(_GOODBYE)
        return failure

    def _lose(self, failure: PropactorError) -> None:
        """Leave the state of being ready, before anybody learns of the loss and tries again at once."""
        self._failure, self._connection = failure, None
        self._enter("lose")

    async def _serve(self, connection: Connection) -> PropactorError:
        """Connect, and translate whatever goes wrong into the reason for the loss."""
        try:
            return await self._connect(connection)
        except PropactorError as exc:
            return exc
        except Exception as exc:  # guards the task: one defect must not end the link for good
            log.error("the link to the gateway failed", exc_info=exc)
            return InternalError("the link to the gateway has a defect")

    async def _connect(self, connection: Connection) -> PropactorError:
        """Dial, introduce ourselves, then watch until the connection is lost."""
        self._enter("dial")
        await connection.open(self.open_wire)
        self._enter("greet")
        self.hello = await connection.greet(self._token, timeout=self._connect_timeout)
        self.identity = boot(self.hello, asyncio.get_running_loop().time())
        self._failure = None
        self.counters.connections += 1
        self._enter("accept")
        return await self._stay(connection, 2 * self.hello.tick_seconds + self._grace)

    async def _stay(self, connection: Connection, timeout: float) -> PropactorError:
        """Watch the connection; one that held for a while makes the next wait short again."""
        clock = asyncio.get_running_loop().time
        ready_at = clock()
        failure = await connection.watch(timeout)
        self.counters.losses += 1
        if clock() - ready_at >= self._stable_after:
            self._backoff.reset()
        return failure

    def _enter(self, trigger: str) -> None:
        """Take a row of the table and wake who waits for a change."""
        self._life.fire(trigger)
        self._changed.set()
        self._changed = asyncio.Event()


class LinkState(StrEnum):
    """Where the link is."""

    DISCONNECTED = "disconnected"
    CONNECTING = "connecting"
    AUTHENTICATING = "authenticating"
    READY = "ready"
    BACKING_OFF = "backing_off"
    STOPPED = "stopped"


TRANSITIONS: tuple[Row, ...] = (
    Row("dial", LinkState.DISCONNECTED, LinkState.CONNECTING),
    Row("greet", LinkState.CONNECTING, LinkState.AUTHENTICATING),
    Row("accept", LinkState.AUTHENTICATING, LinkState.READY),
    Row("lose", LinkState.CONNECTING, LinkState.BACKING_OFF),
    Row("lose", LinkState.AUTHENTICATING, LinkState.BACKING_OFF),
    Row("lose", LinkState.READY, LinkState.BACKING_OFF),
    Row("dial", LinkState.BACKING_OFF, LinkState.CONNECTING),
    Row("stop", LinkState.DISCONNECTED, LinkState.STOPPED),
    Row("stop", LinkState.CONNECTING, LinkState.STOPPED),
    Row("stop", LinkState.AUTHENTICATING, LinkState.STOPPED),
    Row("stop", LinkState.READY, LinkState.STOPPED),
    Row("stop", LinkState.BACKING_OFF, LinkState.STOPPED),
)
LINK = Table("link", LinkState.DISCONNECTED, LinkState.STOPPED, TRANSITIONS)
