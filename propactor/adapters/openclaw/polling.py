"""Reads what is stored again and again, where no live event tells of it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)


class Poller:
    """Calls ``look`` every so many seconds, or when woken, from `start` to `stop`."""

    def __init__(self, look: Callable[[], Awaitable[object]], *, every: float) -> None:
        self._look, self._every = look, every
        self._bell = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, unless it has begun."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="openclaw-poll")

    def wake(self) -> None:
        """Look now: there is something to see."""
        self._bell.set()

    def rest(self) -> None:
        """Look no more until the next start, without waiting for the look that is under way."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    async def stop(self) -> None:
        """End, and wait until it has."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _run(self) -> None:
        try:
            while True:
                self._bell.clear()
                await self._look()
                await self._pause()
        except Exception:  # guards the task: whoever polls has other ways to learn what he needs
            log.exception("reading the stored messages of a run failed")

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._every):
                await self._bell.wait()
        except TimeoutError:
            return
