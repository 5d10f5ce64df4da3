"""Follows one session: finds its file, reads on whenever there may be more, and hands over each new entry."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from propactor.adapters.transcript.seen import Seen
from propactor.adapters.transcript.sessions import MAP, Sessions, Unclear
from propactor.adapters.transcript.stamps import Stamp, stamp
from propactor.adapters.transcript.tail import Counters, Entry, Tail
from propactor.adapters.transcript.watch import Watch
from propactor.core.errors import InternalError, PropactorError, TailerFault

log = logging.getLogger(__name__)

FAILURE_GRACE = 1.0
"""Seconds that reading may fail before it counts: what is being replaced is unreadable for a moment."""
_GOODBYE = 1.0
"""Seconds that a read under way gets to end; a file system that hangs gets no more."""
_CATCH_UP = 5.0
_UNREAD = Stamp(-1, -1, -1, -1, -1)
"""The stamp of a file that we haven't read anything of: unlike any other, and unlike that of no file."""

Take = Callable[[Entry], None]
T = TypeVar("T")


class Follow:
    """Gives each entry that a session's file gets from `start` on, once and in order.

    ``take`` is called on the event loop and must neither wait nor raise. ``failure`` says why nothing can be
    read just now, if that has been so for some time; reading is tried on. ``path`` is the file, once known.
    """

    def __init__(
        self, sessions: Sessions, watch: Watch, key: str, take: Take, *, poll: float, max_line: int
    ) -> None:
        self.failure: PropactorError | None = None
        self.path: Path | None = None
        self.counters = Counters()
        self._sessions, self._watch, self._key, self._take = sessions, watch, key, take
        self._poll, self._max_line = poll, max_line
        self._seen = Seen()
        self._tail: Tail | None = None
        self._stamp: Stamp | None = _UNREAD
        self._unclear = False
        self._failing_since: float | None = None
        self._warned = False
        self._bell = asyncio.Event()
        self._waiting: list[asyncio.Future[None]] = []
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Note where the session ends now, and follow it from there. Call it before anything is asked."""
        if self._task is not None:
            return
        try:
            self._begin(self._sessions.glance(self._key), at_end=True)
        except (Unclear, OSError, TailerFault):
            self._unclear = True
        self._watch.add_listener(self._hear)
        self._task = asyncio.create_task(self._run(), name=f"transcript {self._key}")

    async def catch_up(self) -> None:
        """Return when all that is in the file now was handed over, or when it can't be: see ``failure``."""
        if self._task is None or self._task.done():
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        self._bell.set()
        try:
            async with asyncio.timeout(_CATCH_UP):
                await waiter
        except TimeoutError:
            self.failure = TailerFault("the gateway's transcript can't be read in time")

    async def close(self) -> None:
        """Follow no more, and let go of the file."""
        if self._task is None:
            return
        self._task.cancel()
        try:
            await asyncio.wait([self._task])
        finally:
            self._end()
            await self._watch.remove_listener(self._hear)

    def _hear(self, names: frozenset[str]) -> None:
        """Look at once if our file may have changed, or may have got its name."""
        if (self.path.name if self.path else MAP) in names:
            self._bell.set()

    async def _run(self) -> None:
        try:
            while True:
                await self._round()
                await self._rest()
        except Exception as exc:
            log.exception("following the transcript of %s failed", self._key)
            self.failure = InternalError(f"following the transcript failed: {type(exc).__name__}")
        finally:
            self._end()

    def _end(self) -> None:
        """Let go of the file, and of who waits; also when the task was cancelled before it began."""
        self._answer(len(self._waiting))
        if self._tail is not None:
            self._tail.close()

    async def _round(self) -> None:
        """Look once; who waits is answered when that went well, or when it has failed for too long."""
        self._bell.clear()
        waiting = len(self._waiting)
        try:
            await self._look(fresh=waiting > 0)
        except (OSError, TailerFault) as exc:
            self._fail(exc)
        else:
            self._failing_since = self.failure = None
        if self._failing_since is None or self.failure is not None:
            self._answer(waiting)

    async def _rest(self) -> None:
        """Wait for a word of the watcher, though never longer than a poll: it may have missed something."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._poll):
                await self._bell.wait()

    async def _look(self, *, fresh: bool) -> None:
        """Read what is new in the file we know, whatever becomes of it; then in its successor, if any."""
        problem, path = await self._find(fresh=fresh)
        await self._drain()
        if problem is not None:
            raise problem
        if path is not None and path != self.path:
            self._begin(path, at_end=self._unclear)
            await self._drain()
        self._unclear = False

    async def _find(self, *, fresh: bool) -> tuple[Exception | None, Path | None]:
        """Ask which file it is now; a map that can't be read is no reason not to read the file."""
        try:
            return None, await self._sessions.find(self._key, fresh=fresh)
        except (OSError, TailerFault) as exc:
            return exc, None

    def _begin(self, path: Path | None, *, at_end: bool) -> None:
        """Go on with a file, from its beginning unless the session was there before us."""
        if path is None:
            return
        tail = Tail(path, at_end=at_end, max_line=self._max_line, seen=self._seen, counters=self.counters)
        if self._tail is not None:
            self._tail.close()
        self._tail, self.path, self._stamp = tail, path, _UNREAD

    async def _drain(self) -> None:
        """Hand over what is new in the file, if it has changed at all."""
        tail = self._tail
        now = stamp(tail.path) if tail is not None else None
        if tail is None or now == self._stamp:
            return
        while (entries := await _in_thread(tail.look)) is not None:
            for entry in entries:
                self._take(entry)
        self._stamp = now
        self._warn()

    def _warn(self) -> None:
        """Tell the operator, once, that something was passed over."""
        if self._warned or not (self.counters.too_long or self.counters.not_json):
            return
        self._warned = True
        counted = self.counters
        log.warning(
            "the transcript of %s has lines that were passed over: %d too long, %d not JSON",
            self._key,
            counted.too_long,
            counted.not_json,
        )

    def _fail(self, exc: OSError | TailerFault) -> None:
        """Note that reading failed; when that has been so for some time, say it."""
        now = asyncio.get_running_loop().time()
        if self._failing_since is None:
            self._failing_since = now
        if self.failure is None and now - self._failing_since >= FAILURE_GRACE:
            log.warning("the transcript of %s can't be read: %s", self._key, exc)
            self.failure = _as_fault(exc)

    def _answer(self, count: int) -> None:
        """Tell those who waited longest that they needn't wait any more."""
        for waiter in self._waiting[:count]:
            if not waiter.done():
                waiter.set_result(None)
        del self._waiting[:count]


def _as_fault(exc: OSError | TailerFault) -> TailerFault:
    """Say what happened in words that don't give away where our files are."""
    if isinstance(exc, TailerFault):
        return exc
    return TailerFault(f"the gateway's transcript can't be read: {exc.strerror or type(exc).__name__}")


async def _in_thread(work: Callable[[], T]) -> T:
    """Work in a thread; when cancelled, wait until it has ended, for it holds the file."""
    running: asyncio.Future[T] = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running], timeout=_GOODBYE)
        raise
