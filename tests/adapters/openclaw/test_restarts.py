"""A run whose gateway was restarted: forgotten, finished, or begun anew."""

import asyncio

from propactor.core.errors import (
    UpstreamError,
)
from propactor.core.events import TextDelta, ToolCall, ToolResult
from propactor.core.upstream import Reply
from propactor.testing.steps import Accept, Fail, Hang, Say, Think, Wait
from tests.adapters.openclaw.gateway import eventually
from tests.adapters.openclaw.harness import ended
from tests.adapters.openclaw.recordings import text
from tests.adapters.openclaw.staging import (
    ANSWER,
    BOTH,
    LOOK,
    relinked,
    staged,
    store,
)


async def test_forgotten() -> None:
    """A gateway of February that was restarted has forgotten the run: that is said, and no other begun."""
    async with staged(3, [Say("Half of", 400), Hang()]) as stage:
        stage.gateway.process.began_at -= 3600
        await relinked(stage)
        task = asyncio.create_task(ended(stage.begin()))
        await stage.heard("Half of")

        stage.gateway.kill()
        end = await task

        assert isinstance(end, UpstreamError)
        assert "forgotten" in str(end)
        assert len(stage.gateway.asked("agent")) == 1


async def test_finished_before_the_restart() -> None:
    """A run that had ended when its gateway was killed is taken from what is stored."""
    for protocol in (3, 4):
        async with staged(protocol, [Say("if a:", 400), Hang()]) as stage:
            stage.gateway.process.began_at -= 3600
            await relinked(stage)
            run = stage.begin()
            task = asyncio.create_task(ended(run))
            await stage.heard("if a:")
            store(stage.gateway, run, ANSWER)

            stage.gateway.kill()

            assert await task == Reply(ANSWER)
            assert text(stage.events) == ANSWER
            assert len(stage.gateway.asked("agent")) == 1


async def test_resumed() -> None:
    """A gateway that was killed and begins the run anew is followed: the text starts over, then ends."""
    script = [Think("I look."), Say("Let me see."), LOOK, Think("Now."), Say(ANSWER, 30)]
    async with staged(4, script, resumes=0.1) as stage:
        run = stage.begin()
        asked = run.run_id
        task = asyncio.create_task(ended(run))
        await stage.heard("if a")

        stage.gateway.kill()
        reply = await task

        assert isinstance(reply, Reply)
        assert (reply.text or "").endswith(ANSWER)
        assert text(stage.events) == BOTH
        assert any(event.replace for event in stage.said(TextDelta))
        assert run.run_id != asked
        assert stage.phases()[1:] == ["degraded", "source_switched"]
        assert len(stage.said(ToolCall)) == len(stage.said(ToolResult)) == 1


async def test_never_resumed() -> None:
    """A gateway that doesn't begin an interrupted run anew is given up in time."""
    async with staged(4, [Say("Half of", 400), Hang()], successor_wait=0.2) as stage:
        task = asyncio.create_task(ended(stage.begin()))
        await stage.heard("Half of")

        stage.gateway.kill()

        assert isinstance(await task, UpstreamError)
        assert len(stage.gateway.asked("agent")) == 1


async def test_resumed_and_failed() -> None:
    """A successor that fails makes the run fail, with its own words."""
    async with staged(4, [Say("Half of", 100), Wait(0.5), Fail("HTTP 500: unwell")], resumes=0.05) as stage:
        task = asyncio.create_task(ended(stage.begin()))
        await stage.heard("Half")

        stage.gateway.kill()
        end = await task

        assert isinstance(end, UpstreamError)
        assert "unwell" in str(end)


async def test_restarted_before_the_acceptance() -> None:
    """A gateway that was restarted before it accepted the run isn't asked again."""
    async with staged(4, [Accept(after=5), Say("Hi")]) as stage:
        task = asyncio.create_task(ended(stage.begin()))
        await stage.gateway.until(lambda: bool(stage.gateway.asked("agent")))

        stage.gateway.kill()
        end = await task

        assert isinstance(end, UpstreamError)
        assert "before it accepted" in str(end)
        assert len(stage.gateway.asked("agent")) == 1


async def test_resumed_and_cut() -> None:
    """A successor is found again as well when the line to it is cut."""
    script = [Say("Let me see."), LOOK, Say(ANSWER, 20)]
    async with staged(4, script, resumes=0.1) as stage:
        run = stage.begin()
        asked = run.run_id
        task = asyncio.create_task(ended(run))
        await stage.heard("if a")
        stage.gateway.kill()
        await eventually(lambda: run.run_id != asked)
        await stage.gateway.until(lambda: bool(stage.gateway.connections))

        for connection in list(stage.gateway.connections):
            connection.drop()

        assert isinstance(await task, Reply)
        assert text(stage.events) == BOTH
        assert len(stage.gateway.asked("agent")) == 1
