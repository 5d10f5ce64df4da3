"""What tells a run where live events don't: files, the history, and when each of them has the word."""

import asyncio
from pathlib import Path
from typing import cast

from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.merge_events import EventMerger
from propactor.adapters.openclaw.options import Options
from propactor.adapters.openclaw.protocol.capabilities import Hello
from propactor.core.events import TextDelta, Thinking, ToolCall
from propactor.core.upstream import Reply
from propactor.testing.steps import Hang, Say, Tell, Think, Wait
from tests.adapters.openclaw.gateway import eventually
from tests.adapters.openclaw.harness import ended
from tests.adapters.openclaw.recordings import text
from tests.adapters.openclaw.staging import (
    ANSWER,
    CUT,
    LOOK,
    LOOKED,
    deafen,
    once,
    staged,
)
from tests.support.emitted import Emitted


async def test_nothing_comes() -> None:
    """Where no event comes after the acceptance, what is stored tells the run."""
    for protocol in (3, 4):
        script = [Wait(0.4), Say("Let me see."), LOOK, Say(ANSWER), Wait(0.3)]
        async with staged(protocol, script, detect_ms=50) as stage:
            deafen(stage.gateway)

            reply = await ended(stage.begin())

            assert isinstance(reply, Reply)
            once(stage, thoughts=())
            assert stage.phases()[1:] == ["degraded"]
            assert {event.source for event in stage.said(TextDelta)} == {"transcript"}


async def test_events_come_late() -> None:
    """Events that come after all take over from what is stored."""
    async with staged(4, [Say(ANSWER, 100)], detect_ms=50) as stage:
        hear = deafen(stage.gateway)
        task = asyncio.create_task(ended(stage.begin()))
        await eventually(lambda: "degraded" in stage.phases())
        hear()

        assert isinstance(await task, Reply)
        assert text(stage.events) == ANSWER
        assert stage.phases()[1:] == ["degraded", "source_switched"]


async def test_gap_without_a_loss() -> None:
    """Numbers that never came on February's socket are told, and made up for at the end."""
    script = [Say("Let me see.", 400), LOOK, Wait(0.2), Say(ANSWER, 400)]
    async with staged(3, script) as stage:
        run = stage.begin()
        task = asyncio.create_task(ended(run))
        await stage.heard("see.")
        (held,) = stage.gateway.runs.values()
        held.skip_numbers(3)

        assert isinstance(await task, Reply)
        once(stage, thoughts=())
        assert "gap" in stage.phases()


async def test_thoughts_from_files(tmp_path: Path) -> None:
    """On a gateway of February thoughts come from its files, while the model still works."""
    script = [Think("I look."), Say("Let me see.", 400), LOOK, Wait(0.3), Think("Now."), Say(ANSWER, 400)]
    async with staged(3, script, tmp_path) as stage:
        task = asyncio.create_task(ended(stage.begin()))
        await eventually(lambda: bool(stage.said(Thinking)))

        assert ANSWER not in text(stage.events)
        reply = await task

        assert isinstance(reply, Reply)
        once(stage)
        assert {event.source for event in stage.said(Thinking)} == {"transcript"}
        assert {event.source for event in stage.said(ToolCall)} == {"gateway"}
        assert "chat.history" not in [one.method for one in stage.gateway.requests]
        assert stage.phases()[1:] == []


async def test_thoughts_from_history() -> None:
    """Without files February's thoughts come late, from the history, but they come."""
    async with staged(3, [*LOOKED, Say(ANSWER, 400)]) as stage:
        await ended(stage.begin())

        once(stage)


async def test_files_during_a_loss(tmp_path: Path) -> None:
    """The transcript's file goes on telling while there is no line to the gateway at all."""
    script = [*CUT, Say(ANSWER[20:]), LOOK, Hang()]
    async with staged(3, script, tmp_path) as stage:
        stage.gateway.closed_to_all = True
        task = asyncio.create_task(ended(stage.begin()))

        await stage.heard(ANSWER)

        assert stage.link.state != "ready"
        assert stage.moves == [("gateway", "transcript")]
        task.cancel()
        await asyncio.wait([task])


async def test_broken_indentation(tmp_path: Path) -> None:
    """The code is the transcript's where the events have lost its indentation on the way."""
    said = {"text": "if a:\n b", "delta": "if a:\n b"}
    script = [Tell("assistant", said), Wait(0.05)]
    async with staged(3, script, tmp_path) as stage:
        run = stage.begin()
        task = asyncio.create_task(ended(run))
        await stage.heard("if a")
        entry = {
            "role": "assistant",
            "content": [{"type": "text", "text": "if a:\n    b"}],
            "stopReason": "stop",
        }
        stage.gateway.store_message(run.run_id, {**entry, "timestamp": 1})

        reply = await task

        assert isinstance(reply, Reply)
        assert (reply.text, text(stage.events)) == ("if a:\n    b", "if a:\n b")


async def test_unreadable_files(tmp_path: Path) -> None:
    """Files that can't be read are no reason to do without what is stored."""
    nowhere = str(tmp_path / "nowhere")
    async with staged(3, [*LOOKED, Say(ANSWER)], tmp_path, state_dir=nowhere) as stage:
        await ended(stage.begin())

        once(stage)
        assert "can't be read" in str(stage.upstream.describe()["transcriptProblem"])


async def test_describes_sources(tmp_path: Path) -> None:
    """Operators are told which source tells what."""
    cases = ((3, tmp_path, "transcript", "transcript"), (3, None, "history", "history"))
    for protocol, files, thinking, missed in (*cases, (4, tmp_path, "gateway", "history")):
        async with staged(protocol, [], files) as stage:
            assert stage.upstream.describe()["sources"] == {"thinking": thinking, "missed": missed}


async def test_file_ahead_of_the_first_event() -> None:
    """A stored message that is read before the run's first event came doesn't make that event outdated.

    Both are written by the same process, but one comes through a file and the other over the socket.
    """
    events = Emitted()
    merger = EventMerger(
        cast(Link, None), events, Options(), key="k", run_id="r", debug=False, lost=print, switched=print
    )
    merger.prepare(Hello(protocol=3, version="2026.2.9"), tools=True, follow=None)
    merger.expect()
    thought = {"type": "thinking", "thinking": "I look."}
    message = {"role": "assistant", "content": [thought], "timestamp": 2000}

    merger.backfill.entry({"type": "message", "id": "m1", "message": message})
    merger.receive_first(
        {"runId": "r", "seq": 1, "ts": 1000, "stream": "lifecycle", "data": {"phase": "start"}}
    )
    merger.receive({"runId": "r", "seq": 2, "ts": 2001, "stream": "assistant", "data": {"delta": "Hi"}})

    assert [type(event) for event in events] == [Thinking, TextDelta]
    await merger.close()
