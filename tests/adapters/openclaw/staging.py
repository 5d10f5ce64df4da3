"""A stage for runs that lose their gateway: a fake one, a link to it, and what was heard."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import uniform
from typing import Any

from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.run import OpenClawRun
from propactor.adapters.openclaw.session_history import Library
from propactor.adapters.transcript import Transcripts
from propactor.core.backoff import Backoff
from propactor.core.events import Thinking, ToolCall, ToolResult
from propactor.testing.gateway import FakeGateway
from propactor.testing.steps import Disconnect, Say, Step, Think, UseTool
from tests.adapters.openclaw.connection.linked import SOON
from tests.adapters.openclaw.gateway import eventually
from tests.adapters.openclaw.harness import RunHarness
from tests.adapters.openclaw.recordings import text

ANSWER = "if a:\n    b\n\n/* PARTS_DATA [] PARTS_DATA */"
LOOK = UseTool("read", {"path": "notes.txt"}, "Four boxes.")
LOOKED: list[Step] = [Think("I look."), Say("Let me see."), LOOK, Think("Now.")]
CUT: list[Step] = [*LOOKED, Say(ANSWER[:20], 400), Disconnect()]
BOTH = f"Let me see.\n\n{ANSWER}"


@asynccontextmanager
async def staged(
    protocol: int,
    script: Sequence[Step],
    files: Path | None = None,
    resumes: float | None = None,
    **options: Any,
) -> AsyncIterator[RunHarness[FakeGateway]]:
    """Set up a gateway that follows a script, and a link to it."""
    usual = {
        "accept": 5.0,
        "total": 8.0,
        "stop": 1.0,
        "rejoin_seconds": 5.0,
        "call_timeout": 2.0,
        "poll_interval": 0.05,
        "successor_wait": 2.0,
    }
    gateway = FakeGateway(protocol=protocol, script=script, state_dir=files, resumes_after=resumes)
    async with gateway:
        link = Link(url=gateway.url, token=gateway.token, backoff=Backoff(uniform, first=0.02, limit=0.05))
        link.start()
        await link.wait_ready(SOON)
        try:
            library: Library | None = (lambda place: Transcripts(Path(place), poll=0.02)) if files else None
            yield RunHarness(gateway, link, library, **{**usual, **options})
        finally:
            await link.close()


def once(stage: RunHarness[FakeGateway], *, thoughts: Sequence[str] = ("I look.", "Now.")) -> None:
    """Check that everything was told, once."""
    assert text(stage.events) == BOTH
    assert sorted(event.message for event in stage.said(Thinking)) == sorted(thoughts)
    assert len(stage.said(ToolCall)) == len(stage.said(ToolResult)) == 1


def store(gateway: FakeGateway, run: OpenClawRun, words: str) -> None:
    """Store a message as if the model had said it, and nothing more."""
    message = {"role": "assistant", "content": [{"type": "text", "text": words}], "stopReason": "stop"}
    gateway.store_message(run.run_id, {**message, "timestamp": 1})


async def relinked(stage: RunHarness[FakeGateway]) -> None:
    """Let the link learn how old the gateway is."""
    for connection in list(stage.gateway.connections):
        connection.drop()
    await eventually(lambda: stage.link.counters.connections == 2)


def deafen(gateway: FakeGateway) -> Callable[[], None]:
    """Keep the gateway from sending events of runs; return what lets it."""

    def hear() -> None:
        gateway.connections.muted = False

    gateway.connections.muted = True
    return hear
