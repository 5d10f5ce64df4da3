"""What we ask of somebody who can read the gateway's transcript files. Who that is, the application says."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from propactor.adapters.openclaw.capabilities import Hello
from propactor.core.errors import PropactorError

Take = Callable[[Mapping[str, Any]], None]


class Follow(Protocol):
    """Hands over each entry that a session's file gets, on the event loop, once and in order."""

    @property
    def failure(self) -> PropactorError | None:
        """Return why nothing can be read just now, if that has been so for some time."""
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
"""Finds the transcripts of the gateway that said hello, if they are of use and can be read here."""


def nowhere(hello: Hello) -> None:
    """Find none."""


Library = Callable[[str], Transcripts]
"""Opens the transcripts under a gateway's state directory."""
