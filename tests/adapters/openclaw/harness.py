"""Runs at a gateway, with what they told: the gateway is a fake, the link and all behind it are real."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.options import Options
from propactor.adapters.openclaw.run import OpenClawRun
from propactor.adapters.openclaw.session_history import Library
from propactor.adapters.openclaw.upstream import OpenClawUpstream
from propactor.core.errors import PropactorError
from propactor.core.events import Progress
from propactor.core.upstream import GenerationRequest, Reply, Run
from tests.adapters.openclaw.connection.linked import SOON, linked
from tests.adapters.openclaw.gateway import Gateway, eventually
from tests.adapters.openclaw.recordings import Recorded, history, text
from tests.support.emitted import Emitted
from tests.support.options import with_values

PROMPT = "A lamp with {braces}"
G = TypeVar("G")


def wanted(**more: Any) -> GenerationRequest:
    """Make a request."""
    return GenerationRequest("req_1", "GEN_1", PROMPT, "Lamp", **more)


class RunHarness(Generic[G]):
    """A gateway, an upstream that is linked to it, what its runs told, and the moves between sources.

    Args:
        gateway: Whatever answers.
        link: A link to it.
        options: What the adapter is told; other values by their names.
        library: Opens the transcripts that the gateway writes.
    """

    def __init__(self, gateway: G, link: Link, library: Library | None = None, **options: Any) -> None:
        self.gateway, self.link = gateway, link
        self.events = Emitted()
        self.moves: list[tuple[str, str]] = []
        self.upstream = OpenClawUpstream(
            link,
            with_values(Options(), **options),
            library=library,
            switched=lambda a, b: self.moves.append((a, b)),
        )

    def begin(self, **more: Any) -> OpenClawRun:
        """Begin a run."""
        return self.upstream.begin(wanted(**more), self.events)

    def phases(self) -> list[str]:
        """Return the progress that was told."""
        return [event.phase for event in self.events if isinstance(event, Progress)]

    def said(self, kind: type) -> list[Any]:
        """Return the events of one kind."""
        return [event for event in self.events if type(event) is kind]

    async def heard(self, words: str) -> None:
        """Wait until the reader has read some words."""
        await eventually(lambda: words in text(self.events))


@asynccontextmanager
async def playing(
    recorded: Recorded | None, like: str = "2026.9.6-text", **options: Any
) -> AsyncIterator[RunHarness[Gateway]]:
    """Set up a gateway that plays a run of a real one, and a link to it."""
    gateway = Gateway(recorded.recording if recorded else like, recorded)
    if recorded is not None and recorded.protocol == 3:
        gateway.answers["chat.history"] = {"messages": history(recorded)}
    async with linked(gateway) as link:
        await link.wait_ready(SOON)
        yield RunHarness(gateway, link, **options)


async def ended(run: Run) -> Reply | PropactorError:
    """Return how a run ended."""
    try:
        return await asyncio.wait_for(run.finish(), SOON)
    except PropactorError as exc:
        return exc
