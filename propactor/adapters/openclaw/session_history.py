"""Where the stored messages of a run come from: the transcript's file, or the gateway's history."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from propactor.adapters.openclaw import requests, stored
from propactor.adapters.openclaw.backfill import Backfill
from propactor.adapters.openclaw.following import Follow
from propactor.adapters.openclaw.link import Link
from propactor.core.errors import GatewayRefused, PropactorError

log = logging.getLogger(__name__)

_LIMIT = 200
"""Messages to ask for: more than one generation makes."""
_CHARS = 500_000
"""Characters of a message; without asking, gateways of September cut after 8000."""


class SessionHistory:
    """Reads what is stored of one run, and hands it to who tells it.

    ``successor`` is the run that the gateway has begun in place of this one, once that is known.
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
        """Tell whether the transcript's file is read."""
        return self._follow is not None and self._follow.failure is None

    @property
    def finished(self) -> bool:
        """Tell whether the last that is stored is an answer."""
        turn = self._backfill.turn
        return bool(turn) and turn[-1].finishes

    def follow(self, follow: Follow) -> None:
        """Read the file that ``follow`` follows from now on."""
        self._follow = follow
        follow.start()

    async def fetch(self) -> bool:
        """Read all that is stored by now, and say whether that could be done."""
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
        """Call; a gateway that doesn't know how to leave nothing out is asked in the old way."""
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
        """Note whether another run goes on in this one's place."""
        running = (answer.get("inFlightRun") or {}).get("runId")
        begun = [row.run_id for row in rows if row.role == "user" and row.internal and row.run_id]
        if running and running != self._run_id:
            begun.append(str(running))
        self.successor = begun[-1] if begun else self.successor

    def _turn(self, rows: Sequence[stored.Stored]) -> Sequence[stored.Stored]:
        """Return what belongs to the run: all from its prompt to the next; its own prompt tells its name."""
        prompts = [i for i, row in enumerate(rows) if row.role == "user" and not row.internal]
        own = [i for i in prompts if rows[i].run_id == self._run_id]
        start = (own or prompts or [-1])[-1]
        end = next((i for i in prompts if i > start), len(rows))
        return rows[start + 1 : end]
