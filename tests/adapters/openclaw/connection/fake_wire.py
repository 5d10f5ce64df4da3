"""A wire that ends in the test."""

import asyncio

from propactor.adapters.openclaw.connection.websocket import OnText
from propactor.adapters.openclaw.connection.wire import OnLost, OpenedWire
from propactor.core.errors import GatewayUnavailable, PropactorError


class FakeWire:
    """A wire that keeps what is done with it, and through which a test says what comes.

    Args:
        failure: Why it can't be opened.
    """

    def __init__(self, failure: PropactorError | None = None) -> None:
        self.sent: list[bytes] = []
        self.closed: list[PropactorError] = []
        self.full = False
        self.room = asyncio.Event()
        self.room.set()
        self._failure = failure

    async def open(self, *, on_text: OnText, on_lost: OnLost) -> OpenedWire:
        """Open, or fail."""
        if self._failure is not None:
            raise self._failure
        self.on_text, self.on_lost = on_text, on_lost
        return self

    def send(self, text: bytes) -> None:
        """Keep a text, or refuse it."""
        if self.full:
            raise GatewayUnavailable("the gateway doesn't read what is sent to it")
        self.sent.append(text)

    async def drain(self) -> None:
        """Wait until there is room."""
        await self.room.wait()

    def close(self, error: PropactorError) -> None:
        """Keep why."""
        self.closed.append(error)

    async def wait_closed(self, timeout: float) -> None:
        """Do nothing."""
