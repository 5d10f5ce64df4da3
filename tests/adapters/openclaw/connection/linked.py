"""A link to a small gateway, and somebody who waits on it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from random import uniform
from typing import Any

from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.protocol.text_event import TextEvent
from propactor.core.backoff import Backoff
from propactor.core.errors import PropactorError
from tests.adapters.openclaw.gateway import Gateway, eventually, running

SOON = 10.0


class Listener:
    """A sink and a waiter that keep what they get."""

    def __init__(self, *, broken: bool = False) -> None:
        self.payloads: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        self.frames: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
        self.failed: asyncio.Future[PropactorError] = asyncio.get_running_loop().create_future()
        self.broken = broken

    def receive_text(self, event: TextEvent) -> bool:  # noqa: ARG002  the shape of a sink
        """Ask for the whole event."""
        return False

    def receive(self, payload: Mapping[str, Any]) -> None:
        """Keep an event."""
        if self.broken:
            raise ZeroDivisionError
        self.payloads.put_nowait(payload)

    def answer(self, frame: Mapping[str, Any]) -> bool:
        """Keep a response; the second is the last."""
        if self.broken:
            raise ZeroDivisionError
        self.frames.put_nowait(frame)
        return self.frames.qsize() == 2

    def fail(self, error: PropactorError) -> None:
        """Keep why it is over."""
        if not self.failed.done():
            self.failed.set_result(error)


def quick() -> Backoff:
    """Make a backoff that hardly waits."""
    return Backoff(uniform, first=0.01, limit=0.02)


@asynccontextmanager
async def linked(gateway: Gateway, **options: Any) -> AsyncIterator[Link]:
    """Run a gateway and a link to it."""
    async with running(gateway):
        link = Link(**{"url": gateway.url, "token": "TEST-TOKEN", "backoff": quick(), **options})
        link.start()
        try:
            yield link
        finally:
            await link.close()


async def until(link: Link, state: str) -> None:
    """Wait for a state, but not for ever."""
    await eventually(lambda: link.state == state)


def waiting(link: Link) -> int:
    """Return how many requests and runs wait for something."""
    connection = link.dialer.connection
    return connection.dispatcher.size if connection is not None else 0
