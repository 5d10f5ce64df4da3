"""Makes the connection to the gateway, watches it, and makes another after a loss."""

import asyncio
import logging
from dataclasses import dataclass

from propactor.adapters.openclaw.connection.connection import Connection
from propactor.adapters.openclaw.connection.dispatcher import Counters
from propactor.adapters.openclaw.connection.link_status import LinkStatus, LinkTrigger
from propactor.adapters.openclaw.connection.wire import OpenWire
from propactor.adapters.openclaw.protocol.capabilities import identify
from propactor.core.backoff import Backoff
from propactor.core.errors import GatewayUnavailable, InternalError, PropactorError

log = logging.getLogger(__name__)

_GOODBYE = 1.0
"""Seconds the socket gets to close."""


@dataclass(frozen=True, slots=True)
class LinkTimes:
    """How long a link waits for what, in seconds.

    Args:
        connect: To connect, and then again until the gateway must have said hello.
        grace: Without a frame, beyond two of the gateway's ticks, until the connection counts as lost.
        stable: After that a connection has held, and the next wait is short again.
    """

    connect: float = 10.0
    grace: float = 10.0
    stable: float = 10.0


class Dialer:
    """Keeps one connection, from `start` to `close`. ``connection`` is the one there is, ready or not.

    Args:
        status: Learns of every change.
        counters: Count connections, losses, and what comes over them.
        open_wire: Opens the wire of each connection; to wrap it, do so before `start`.
        token: The gateway's token.
        times: How long to wait for what.
        backoff: Says how long to wait before the next try.
    """

    def __init__(
        self,
        status: LinkStatus,
        counters: Counters,
        open_wire: OpenWire,
        *,
        token: str,
        times: LinkTimes,
        backoff: Backoff,
    ) -> None:
        self.connection: Connection | None = None
        self.open_wire = open_wire
        self._status, self._counters = status, counters
        self._token, self._times, self._backoff = token, times, backoff
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to connect, unless it has begun."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="gateway-link")

    async def close(self) -> None:
        """Hang up, and wait until that is done."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

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
        connection = self.connection = Connection(self._counters)
        connection.on_end = self._lose
        try:
            failure = await self._serve(connection)
        finally:
            connection.end(failure)
            await connection.gone(_GOODBYE)
        return failure

    def _lose(self, failure: PropactorError) -> None:
        """Leave the state of being ready, before anybody learns of the loss and tries again at once."""
        self.connection = None
        self._status.lose(failure)

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
        self._status.enter(LinkTrigger.DIAL)
        await connection.open(self.open_wire)
        self._status.enter(LinkTrigger.GREET)
        hello = await connection.greet(self._token, timeout=self._times.connect)
        self._counters.connections += 1
        self._status.accept(hello, identify(hello, asyncio.get_running_loop().time()))
        return await self._stay(connection, 2 * hello.tick_seconds + self._times.grace)

    async def _stay(self, connection: Connection, timeout: float) -> PropactorError:
        """Watch the connection; one that held for a while makes the next wait short again."""
        clock = asyncio.get_running_loop().time
        ready_at = clock()
        failure = await connection.watch(timeout)
        self._counters.losses += 1
        if clock() - ready_at >= self._times.stable:
            self._backoff.reset()
        return failure
