"""Reads the stored messages of a run: from the transcript's file, or from the gateway's `chat.history`."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.protocol import requests, stored
from propactor.adapters.openclaw.protocol.backfill import Backfill
from propactor.adapters.openclaw.protocol.capabilities import Hello
from propactor.core.errors import GatewayRefused, PropactorError

Take = Callable[[Mapping[str, Any]], None]


class Follow(Protocol):
    """Hands over each entry that a session's file gets, on the event loop, once and in order."""

    @property
    def failure(self) -> PropactorError | None:
        """Return why nothing can be read, once that has been so for some time."""
        ...

    def start(self) -> None:
        """Note where the session ends now, and follow it from there."""
        ...

    async def catch_up(self) -> None:
        """Wait until all that is written by now has been handed over."""
        ...

    async def close(self) -> None:
        """Stop."""
        ...


class Transcripts(Protocol):
    """The files of one gateway."""

    def follow(self, agent_id: str, session_key: str, take: Take) -> Follow:
        """Follow a session, which need not exist yet."""
        ...

    def problem(self) -> Exception | None:
        """Return why nothing can be read, or None when it can."""
        ...


Open = Callable[[Hello], Transcripts | None]
"""Returns the transcripts of the gateway that said hello, if they are of use and can be read here."""


def nowhere(hello: Hello) -> None:
    """Return None: there are no files."""


Library = Callable[[str], Transcripts]
"""Opens the transcripts under a gateway's state directory."""

log = logging.getLogger(__name__)

_LIMIT = 200
"""Messages to ask for: more than one generation makes."""
_CHARS = 500_000
"""Characters of a message; without asking, gateways of September cut after 8000."""


class SessionHistory:
    """Reads what is stored of one run, and hands it to its backfill.

    ``successor`` is the run that the gateway has begun in place of this one, once that is known.

    Args:
        link: Where the history is asked for.
        backfill: Gets the messages.
        key: The session.
        run_id: The run; of the session's history only its part counts.
        timeout: Seconds to wait for an answer.
    """

    def __init__(self, link: Link, backfill: Backfill, *, key: str, run_id: str, timeout: float) -> None:
        self.successor: str | None = None
        self._link, self._backfill, self._timeout = link, backfill, timeout
        self._key, self._run_id = key, run_id
        self._follow: Follow | None = None
        self._cursor: str | None = None
        self._plain = False

    @property
    def follows(self) -> bool:
        """Return True if the transcript's file is read."""
        return self._follow is not None and self._follow.failure is None

    @property
    def finished(self) -> bool:
        """Return True if the last message that is stored is a final answer."""
        turn = self._backfill.turn
        return bool(turn) and turn[-1].finishes

    def follow(self, follow: Follow) -> None:
        """Read a session's file from now on, instead of asking."""
        self._follow = follow
        follow.start()

    async def fetch(self) -> bool:
        """Read all that is stored by now; return False where it can't be read."""
        try:
            await self.read()
        except PropactorError as exc:
            log.info("the stored messages of %s can't be read: %s", self._key, exc)
            return False
        return True

    async def read(self) -> None:
        """Read all that is stored by now.

        Raises:
            PropactorError: it can't be read.
        """
        if self._follow is not None:
            await self._follow.catch_up()
        if not self.follows:
            await self._ask()

    async def close(self) -> None:
        """Stop reading."""
        if self._follow is not None:
            await self._follow.close()

    async def _ask(self) -> None:
        """Ask for what was stored since the last time, or for all of it."""
        answer = await self._answer()
        if answer.get("kind") == "reset":
            self._cursor = None
            answer = await self._answer()
        rows = [stored.of_message(row) for row in answer.get("messages") or () if isinstance(row, Mapping)]
        self._note(answer, rows)
        self._backfill.rows(rows if answer.get("kind") == "delta" else self._turn(rows))
        self._cursor = answer.get("deltaCursor") or self._cursor

    async def _answer(self) -> Mapping[str, Any]:
        """Ask for messages in full; a gateway that doesn't know the parameters is asked without them."""
        try:
            return await self._call(cursor=self._cursor, chars=None if self._plain else self._chars())
        except GatewayRefused:
            if self._plain:
                raise
        self._plain, self._cursor = True, None
        return await self._call()

    async def _call(self, **more: Any) -> Mapping[str, Any]:
        params = requests.history(self._key, _LIMIT, **more)
        return await self._link.call("chat.history", params, timeout=self._timeout)

    def _chars(self) -> int | None:
        hello = self._link.hello
        return None if hello is None or hello.protocol_3 else _CHARS

    def _note(self, answer: Mapping[str, Any], rows: Sequence[stored.Stored]) -> None:
        """Note which run goes on in this one's place, if one does."""
        running = (answer.get("inFlightRun") or {}).get("runId")
        begun = [row.run_id for row in rows if row.role == "user" and row.internal and row.run_id]
        if running and running != self._run_id:
            begun.append(str(running))
        self.successor = begun[-1] if begun else self.successor

    def _turn(self, rows: Sequence[stored.Stored]) -> Sequence[stored.Stored]:
        """Return the part of the run: all from its prompt to the next one. A prompt holds its run's id."""
        prompts = [i for i, row in enumerate(rows) if row.role == "user" and not row.internal]
        own = [i for i in prompts if rows[i].run_id == self._run_id]
        start = (own or prompts or [-1])[-1]
        end = next((i for i in prompts if i > start), len(rows))
        return rows[start + 1 : end]


class Poller:
    """Calls a function again and again, from `start` to `stop`.

    Args:
        look: What is called.
        every: Seconds from the end of one call to the next.
    """

    def __init__(self, look: Callable[[], Awaitable[object]], *, every: float) -> None:
        self._look, self._every = look, every
        self._wake_up = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, unless it has begun."""
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="openclaw-poll")

    def wake(self) -> None:
        """Call now, instead of waiting."""
        self._wake_up.set()

    def rest(self) -> None:
        """Pause until the next start; the call that is under way is cancelled and not waited for."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    async def stop(self) -> None:
        """Stop, and wait until the call that is under way has ended."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _run(self) -> None:
        try:
            while True:
                self._wake_up.clear()
                await self._look()
                await self._pause()
        except Exception:  # guards the task: a run still has its events and its response
            log.exception("reading the stored messages of a run failed")

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self._every):
                await self._wake_up.wait()
        except TimeoutError:
            return
