"""Asks a fake model, and notes what it says and when."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from propactor.adapters.model.options import Api, Options
from propactor.adapters.model.run import ModelRun
from propactor.adapters.model.upstream import ModelUpstream
from propactor.core.events import Event, Progress, TextDelta, Thinking
from propactor.core.upstream import GenerationRequest
from propactor.testing.model import KEY, FakeModel, Script
from tests.support.options import with_values

APIS: tuple[Api, ...] = ("openai", "anthropic")
REQUEST = GenerationRequest("req_1", "job_1", "A lamp", "Lamp")


class Asked:
    """One run, and what it said so far; ``at`` has the seconds since it was made."""

    def __init__(self, upstream: ModelUpstream, request: GenerationRequest) -> None:
        self.events: list[Event] = []
        self.at: list[float] = []
        self.upstream = upstream
        self._made_at = time.monotonic()
        self.run: ModelRun = upstream.begin(request, self)

    def __call__(self, event: Event) -> None:
        """Keep an event, and when it came."""
        self.events.append(event)
        self.at.append(time.monotonic() - self._made_at)

    def text(self, piece: str, at: int | None = None) -> None:
        """Keep a piece of text, and when it came."""
        self(TextDelta(piece, source="model", at=at))

    @property
    def words(self) -> str:
        """Return the text."""
        return "".join(event.delta for event in self.events if isinstance(event, TextDelta))

    @property
    def thoughts(self) -> dict[str, str]:
        """Return the thoughts by their block."""
        blocks: dict[str, str] = {}
        for event in self.events:
            if isinstance(event, Thinking):
                blocks[event.block_id] = blocks.get(event.block_id, "") + event.message
        return blocks

    @property
    def phases(self) -> list[str]:
        """Return the phases of the notices."""
        return [event.phase for event in self.events if isinstance(event, Progress)]


def upstream(url: str, api: Api, **options: Any) -> ModelUpstream:
    """Return an upstream for a base address."""
    usual = {"base_url": url, "api": api, "api_key": KEY, "model": "fake-1"}
    return ModelUpstream(with_values(Options(), **{**usual, **options}))


@asynccontextmanager
async def asking(
    api: Api, script: Script, request: GenerationRequest = REQUEST, **options: Any
) -> AsyncIterator[tuple[FakeModel, Asked]]:
    """Run a fake model, with a run that hasn't begun."""
    async with FakeModel(api, script) as model:
        asked = upstream(model.url, api, **options)
        await asked.transport()  # so that nobody measures how long the library takes to load
        try:
            yield model, Asked(asked, request)
        finally:
            await asked.close()
