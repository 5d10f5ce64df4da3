"""Transcripts of a gateway that come from a recording."""

import asyncio
from collections.abc import Mapping
from typing import Any

from propactor.adapters.openclaw.recording.requests import Key, Requests
from propactor.adapters.openclaw.recording.tap import CATCH_UP
from propactor.adapters.openclaw.session_history import Take
from propactor.core.errors import PropactorError


class RecordedFollow:
    """Follows the one session there is.

    Args:
        files: Whose session it is.
        take: Called with each entry.
    """

    failure: PropactorError | None = None

    def __init__(self, files: "RecordedFiles", take: Take) -> None:
        self._files, self._take = files, take

    def start(self) -> None:
        """Take entries from now on."""
        self._files.takers.append(self._take)

    async def catch_up(self) -> None:
        """Wait until everything was handed over that had been by then."""
        await self._files.catch_up()

    async def close(self) -> None:
        """Take no more."""
        if self._take in self._files.takers:
            self._files.takers.remove(self._take)


class RecordedFiles:
    """The transcripts of a recording: one session.

    Args:
        requests: Matches who wants to catch up with who did.
    """

    def __init__(self, requests: Requests) -> None:
        self.takers: list[Take] = []
        self._requests = requests
        self._caught_up: dict[str, asyncio.Event] = {}

    def follow(self, agent_id: str, session_key: str, take: Take) -> RecordedFollow:  # noqa: ARG002  the shape
        """Follow the session."""
        return RecordedFollow(self, take)

    def problem(self) -> None:
        """Return None: a recording can be read."""

    def say(self, entry: Mapping[str, Any], key: Key | None) -> None:
        """Hand an entry over, or let go who has caught up.

        Args:
            entry: An entry of the transcript, or the answer to who wanted to catch up.
            key: The request that it answers, if it answers one.
        """
        if key is None:
            for take in list(self.takers):
                take(entry)
        elif (name := self._requests.answer(key, entry)) is not None:
            self._caught_up[name].set()

    async def catch_up(self) -> None:
        """Wait until everything was handed over that had been by then; not at all, if nobody waited then."""
        name = f"t{len(self._caught_up)}"
        event = self._caught_up[name] = asyncio.Event()
        if self._requests.ask(CATCH_UP, name) == []:
            await event.wait()

    def close(self) -> None:
        """Let go who waits."""
        for event in self._caught_up.values():
            event.set()
