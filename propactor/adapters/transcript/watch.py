"""Watches a folder for all who follow a file in it: one watcher, however many follow.

What it tells makes a look come sooner, and no more: it may miss things, or there may be nothing that watches.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing, suppress
from pathlib import Path

from watchfiles import Change, awatch

log = logging.getLogger(__name__)

STEP = 10
"""Milliseconds of quiet before changes are told. Measured: half of 200 lines were there after 0.5 ms."""
_DEBOUNCE = 5 * STEP
"""Milliseconds after which they are told although there is no quiet."""
_RETRY = 1.0
"""Seconds until a folder that can't be watched is tried again; it may not exist yet."""
_GOODBYE = 1.0

Changes = AsyncGenerator[Iterable[str], None]
Waker = Callable[[Path, asyncio.Event], Changes]
"""Yields the paths of files in a folder that changed, until the event is set."""
Listener = Callable[[frozenset[str]], None]
"""Gets the names of the files that changed; must neither wait nor raise."""


async def watched(folder: Path, stop: asyncio.Event) -> Changes:
    """Watch a folder by the operating system's means, as long as it is there.

    Raises:
        FileNotFoundError: it isn't there yet.
        RuntimeError: the system's watches are used up.
    """
    told = awatch(folder, watch_filter=None, debounce=_DEBOUNCE, step=STEP, stop_event=stop, recursive=False)
    async with aclosing(told):
        async for changes in told:
            yield [path for _, path in changes]
            if (Change.deleted, str(folder)) in changes:
                return  # nothing would be heard of its successor


class Watch:
    """Watches while somebody listens."""

    def __init__(self, folder: Path, waker: Waker = watched) -> None:
        self._folder, self._waker = folder, waker
        self._listeners: set[Listener] = set()
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def add_listener(self, listener: Listener) -> None:
        """Tell someone what changes."""
        self._listeners.add(listener)
        if self._task is None:
            self._stop = asyncio.Event()
            self._task = asyncio.create_task(self._run(self._stop), name=f"watch {self._folder.name}")

    async def remove_listener(self, listener: Listener) -> None:
        """Tell someone no more; the last to leave waits until nobody watches."""
        self._listeners.discard(listener)
        task = self._task
        if self._listeners or task is None:
            return
        self._task = None
        self._stop.set()
        if (await asyncio.wait([task], timeout=_GOODBYE))[1]:
            task.cancel()
            await asyncio.wait([task])

    async def _run(self, stop: asyncio.Event) -> None:
        """Watch, again and again: folders come and go."""
        while not stop.is_set():
            try:
                await self._listen(stop)
            except (OSError, RuntimeError) as exc:
                log.debug("%s can't be watched, so it is polled: %s", self._folder, exc)
            with suppress(TimeoutError):
                async with asyncio.timeout(_RETRY):
                    await stop.wait()

    async def _listen(self, stop: asyncio.Event) -> None:
        """Pass on what changes."""
        async with aclosing(self._waker(self._folder, stop)) as told:
            async for paths in told:
                self._tell(frozenset(Path(path).name for path in paths))

    def _tell(self, names: frozenset[str]) -> None:
        for listener in tuple(self._listeners):
            listener(names)
