"""Where the link to the gateway is, in its table of states, and waiting until it is ready."""

import asyncio
from enum import StrEnum

from propactor.adapters.openclaw.protocol.capabilities import GatewayIdentity, Hello
from propactor.core.errors import GatewayRefused, GatewayUnavailable, PropactorError
from propactor.core.machine import Lifecycle, Row, Table


class LinkState(StrEnum):
    """Where the link is."""

    DISCONNECTED = "disconnected"
    CONNECTING = "connecting"
    AUTHENTICATING = "authenticating"
    READY = "ready"
    BACKING_OFF = "backing_off"
    STOPPED = "stopped"


class LinkTrigger(StrEnum):
    """What moves the link on."""

    DIAL = "dial"
    GREET = "greet"
    ACCEPT = "accept"
    LOSE = "lose"
    STOP = "stop"


TRANSITIONS: tuple[Row, ...] = (
    Row(LinkTrigger.DIAL, LinkState.DISCONNECTED, LinkState.CONNECTING),
    Row(LinkTrigger.GREET, LinkState.CONNECTING, LinkState.AUTHENTICATING),
    Row(LinkTrigger.ACCEPT, LinkState.AUTHENTICATING, LinkState.READY),
    Row(LinkTrigger.LOSE, LinkState.CONNECTING, LinkState.BACKING_OFF),
    Row(LinkTrigger.LOSE, LinkState.AUTHENTICATING, LinkState.BACKING_OFF),
    Row(LinkTrigger.LOSE, LinkState.READY, LinkState.BACKING_OFF),
    Row(LinkTrigger.DIAL, LinkState.BACKING_OFF, LinkState.CONNECTING),
    Row(LinkTrigger.STOP, LinkState.DISCONNECTED, LinkState.STOPPED),
    Row(LinkTrigger.STOP, LinkState.CONNECTING, LinkState.STOPPED),
    Row(LinkTrigger.STOP, LinkState.AUTHENTICATING, LinkState.STOPPED),
    Row(LinkTrigger.STOP, LinkState.READY, LinkState.STOPPED),
    Row(LinkTrigger.STOP, LinkState.BACKING_OFF, LinkState.STOPPED),
)
LINK = Table("link", LinkState.DISCONNECTED, LinkState.STOPPED, TRANSITIONS)


class LinkStatus:
    """The state of the link, what the gateway said of itself last, and why there is no connection.

    ``identity`` tells one life of a gateway from another.
    """

    def __init__(self) -> None:
        self.hello: Hello | None = None
        self.identity = GatewayIdentity()
        self._life = Lifecycle(LINK)
        self._failure: PropactorError | None = None
        self._changed = asyncio.Event()

    @property
    def state(self) -> str:
        """Return where the link is in its table."""
        return self._life.state

    def problem(self) -> PropactorError | None:
        """Return why a run can't begin now. A first connection under way is no problem, but worth a wait."""
        if self.state == LinkState.STOPPED:
            return GatewayUnavailable("the link to the gateway is closed")
        return self._failure

    async def wait_ready(self, timeout: float) -> Hello:
        """Wait for a connection that works, for so many seconds.

        Raises:
            GatewayRefused: the gateway doesn't want us, so waiting is no use.
            GatewayUnavailable: there is none in time.
        """
        try:
            async with asyncio.timeout(timeout):
                return await self._ready()
        except TimeoutError as exc:
            raise self.problem() or GatewayUnavailable("there is no connection to the gateway yet") from exc

    def enter(self, trigger: LinkTrigger) -> None:
        """Take a row of the table and wake who waits for a change."""
        self._life.fire(trigger)
        self._changed.set()
        self._changed = asyncio.Event()

    def accept(self, hello: Hello, identity: GatewayIdentity) -> None:
        """Be ready, at a gateway that says this of itself."""
        self.hello, self.identity, self._failure = hello, identity, None
        self.enter(LinkTrigger.ACCEPT)

    def lose(self, failure: PropactorError) -> None:
        """Be without a connection, for a reason."""
        self._failure = failure
        self.enter(LinkTrigger.LOSE)

    def stop(self) -> None:
        """Be closed for good."""
        if self.state != LinkState.STOPPED:
            self.enter(LinkTrigger.STOP)

    async def _ready(self) -> Hello:
        while self.state != LinkState.READY or self.hello is None:
            problem = self.problem()
            if isinstance(problem, GatewayRefused) or self.state == LinkState.STOPPED:
                raise problem or GatewayUnavailable("the link to the gateway is closed")
            await self._changed.wait()
        return self.hello
