"""The one connection to the gateway that all generations share: requests, and where events go."""

from collections.abc import Mapping
from random import SystemRandom
from typing import Any

from propactor.adapters.openclaw.connection.connection import Connection
from propactor.adapters.openclaw.connection.dialer import Dialer, LinkTimes
from propactor.adapters.openclaw.connection.dispatcher import Counters, SessionObserver, Sink, Waiter
from propactor.adapters.openclaw.connection.link_status import LinkState, LinkStatus
from propactor.adapters.openclaw.connection.wire import OpenWire, over_websocket
from propactor.adapters.openclaw.protocol.capabilities import Hello
from propactor.core.backoff import Backoff
from propactor.core.errors import GatewayUnavailable, PropactorError


class Link:
    """A connection to the gateway that comes back by itself, from `start` to `close`.

    Args:
        url: The gateway's address; not used where ``open_wire`` is given.
        token: The gateway's token.
        open_wire: Opens the wire of each connection; by default a WebSocket.
        times: How long to wait for what.
        backoff: Says how long to wait before the next try; by default with full jitter.
    """

    def __init__(
        self,
        *,
        url: str,
        token: str = "",
        open_wire: OpenWire | None = None,
        times: LinkTimes | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        times = times or LinkTimes()
        self.counters = Counters()
        self.status = LinkStatus()
        self.dialer = Dialer(
            self.status,
            self.counters,
            open_wire or over_websocket(url, timeout=times.connect),
            token=token,
            times=times,
            backoff=backoff or Backoff(SystemRandom().uniform),
        )

    @property
    def hello(self) -> Hello | None:
        """Return what the gateway said of itself last."""
        return self.status.hello

    @property
    def state(self) -> str:
        """Return where the link is in its table."""
        return self.status.state

    def problem(self) -> PropactorError | None:
        """Return why a run can't begin now. A first connection under way is no problem, but worth a wait."""
        return self.status.problem()

    async def wait_ready(self, timeout: float) -> Hello:
        """Wait for a connection that works, for so many seconds.

        Raises:
            GatewayRefused: the gateway doesn't want us, so waiting is no use.
            GatewayUnavailable: there is none in time.
        """
        return await self.status.wait_ready(timeout)

    def start(self) -> None:
        """Begin to connect, unless it is closed."""
        if self.state != LinkState.STOPPED:
            self.dialer.start()

    async def close(self) -> None:
        """Hang up for good."""
        await self.dialer.close()
        self.status.stop()

    async def call(self, method: str, params: Mapping[str, Any], *, timeout: float) -> Mapping[str, Any]:
        """Ask something and return the payload of the answer.

        Args:
            method: What is asked.
            params: Its parameters.
            timeout: Seconds until the answer must be there.

        Raises:
            GatewayUnavailable: there is no connection, or no answer in time.
            GatewayRefused: the answer is no.
        """
        return await self._usable().call(method, params, timeout=timeout)

    def post(self, method: str, params: Mapping[str, Any], waiter: Waiter) -> str:
        """Send a request without waiting; return its id.

        Args:
            method: What is asked.
            params: Its parameters.
            waiter: Gets what comes back, or the reason why nothing will.

        Raises:
            GatewayUnavailable: there is no connection.
        """
        return self._usable().post(method, params, waiter)

    def forget(self, request_id: str) -> None:
        """Stop waiting for a response."""
        if self.dialer.connection is not None:
            self.dialer.connection.dispatcher.forget(request_id)

    def route(self, run_id: str, sink: Sink) -> None:
        """Send a run's events to a sink, which must neither wait nor raise.

        Raises:
            GatewayUnavailable: there is no connection.
        """
        self._usable().dispatcher.route(run_id, sink)

    def unroute(self, run_id: str) -> None:
        """Ignore a run's events from now on."""
        if self.dialer.connection is not None:
            self.dialer.connection.dispatcher.unroute(run_id)

    def observe(self, key: str, observer: SessionObserver) -> None:
        """Tell somebody what happens in a session beyond the runs that have a sink.

        Raises:
            GatewayUnavailable: there is no connection.
        """
        self._usable().dispatcher.sessions[key] = observer

    def unobserve(self, key: str) -> None:
        """Tell nobody of a session any more."""
        if self.dialer.connection is not None:
            self.dialer.connection.dispatcher.sessions.pop(key, None)

    def _usable(self) -> Connection:
        connection = self.dialer.connection
        if connection is None or self.state != LinkState.READY:
            raise self.problem() or GatewayUnavailable("there is no connection to the gateway yet")
        return connection
