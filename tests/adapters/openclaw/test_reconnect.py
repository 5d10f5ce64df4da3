"""A run whose line to the gateway is cut, and that is found again."""

import asyncio
import time

import pytest

from propactor.adapters.openclaw import reconnect
from propactor.core.errors import (
    GatewayUnavailable,
    GenerationTimeout,
    InternalError,
)
from propactor.core.events import ToolCall
from propactor.core.upstream import Reply
from propactor.testing.steps import Accept, Disconnect, Hang, Say, Wait
from tests.adapters.openclaw.gateway import eventually
from tests.adapters.openclaw.harness import ended
from tests.adapters.openclaw.recordings import text
from tests.adapters.openclaw.staging import (
    ANSWER,
    CUT,
    LOOK,
    LOOKED,
    once,
    staged,
)


async def test_line_cut() -> None:
    """A run whose line is cut goes on at the gateway, and is told to its end without a repeat."""
    for protocol in (3, 4):
        async with staged(protocol, [*CUT, Wait(0.2), Say(ANSWER[20:], 40)]) as stage:
            reply = await ended(stage.begin())

            assert isinstance(reply, Reply)
            assert (reply.text or "").endswith(ANSWER)
            once(stage)
            assert stage.phases()[1:] == ["degraded", "source_switched"]
            assert stage.moves == [("gateway", "history"), ("history", "gateway")]
            assert len(stage.gateway.runs) == 1


async def test_ended_meanwhile() -> None:
    """A run that ended while the line was down is fetched, not asked for again."""
    for protocol in (3, 4):
        async with staged(protocol, [*LOOKED, Disconnect(), Say(ANSWER)]) as stage:
            reply = await ended(stage.begin())

            assert isinstance(reply, Reply)
            once(stage)
            assert len(stage.gateway.runs) == 1


async def test_tool_meanwhile() -> None:
    """A tool used while the line was down, or after, is told of from what is stored."""
    for protocol in (3, 4):
        script = [Say("Let me see."), Disconnect(), Wait(0.3), LOOK, Say(ANSWER, 400)]
        async with staged(protocol, script) as stage:
            await ended(stage.begin())

            once(stage, thoughts=())
            assert {event.source for event in stage.said(ToolCall)} == {"transcript"}


async def test_stays_away() -> None:
    """A gateway that doesn't come back is waited for only so long."""
    async with staged(4, [Say("Half of", 400), Disconnect(), Hang()], rejoin_seconds=0.3) as stage:
        stage.gateway.closed_to_all = True

        end = await ended(stage.begin())

        assert isinstance(end, GatewayUnavailable)
        assert stage.phases()[1:] == ["degraded"]


async def test_own_limit_holds() -> None:
    """The time limit of the run holds without a gateway, too."""
    async with staged(4, [Say("Half of", 400), Disconnect(), Hang()], total=0.3, end_margin=0.1) as stage:
        stage.gateway.closed_to_all = True

        end = await ended(stage.begin())

        assert isinstance(end, GenerationTimeout)
        assert end.phase == "total"


async def test_lost_twice() -> None:
    """A line that is cut again while the run is taken up is no other case than one cut once."""
    for protocol in (3, 4):
        async with staged(protocol, [Say(ANSWER[:5], 100), Wait(1.0), Say(ANSWER[5:], 100)]) as stage:
            task = asyncio.create_task(ended(stage.begin()))
            await stage.heard(ANSWER[:4])
            for count in (2, 3):
                for connection in list(stage.gateway.connections):
                    connection.drop()
                await stage.gateway.until(lambda n=count: len(stage.gateway.asked("connect")) >= n)  # type: ignore[misc]

            reply = await task

            assert isinstance(reply, Reply)
            assert text(stage.events) == ANSWER
            assert len(stage.gateway.runs) == 1


async def test_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that the gateway may have forgotten isn't repeated: that could begin another run."""
    monkeypatch.setattr(reconnect, "_REMEMBERED", 0.0)
    for protocol in (3, 4):
        async with staged(protocol, [*CUT, Wait(0.3), Say(ANSWER[20:], 100)]) as stage:
            reply = await ended(stage.begin())

            assert isinstance(reply, Reply)
            once(stage)
            assert len(stage.gateway.runs) == 1


async def test_cut_before_the_acceptance() -> None:
    """A request whose answer was lost is repeated under the same name, and makes one run."""
    async with staged(4, [Accept(after=0.1), Say(ANSWER, 400)]) as stage:
        task = asyncio.create_task(ended(stage.begin()))
        await stage.gateway.until(lambda: bool(stage.gateway.asked("agent")))
        for connection in list(stage.gateway.connections):
            connection.drop()

        assert isinstance(await task, Reply)
        assert text(stage.events) == ANSWER
        assert len(stage.gateway.runs) == 1


async def test_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect of ours ends the run as one, instead of leaving it without an end."""
    monkeypatch.setattr(reconnect.Reconnect, "_take_up", lambda *_: 1 / 0)
    async with staged(4, [Say("Half of", 400), Disconnect(), Hang()]) as stage:
        assert isinstance(await ended(stage.begin()), InternalError)


async def test_stop_without_a_line() -> None:
    """A stop while there is no connection is answered in time, and isn't claimed."""
    async with staged(4, [Say("Half of", 400), Disconnect(), Hang()], stop=0.2) as stage:
        stage.gateway.closed_to_all = True
        run = stage.begin()
        task = asyncio.create_task(ended(run))
        await eventually(lambda: "degraded" in stage.phases())
        began = time.monotonic()

        assert not await run.stop()

        assert time.monotonic() - began < 1
        await task


async def test_stop_after_rejoining() -> None:
    """A stop while the line is down is confirmed when it comes back in time."""
    async with staged(4, [Say("Half of", 400), Disconnect(), Hang()], stop=3) as stage:
        stage.gateway.closed_to_all = True
        run = stage.begin()
        task = asyncio.create_task(ended(run))
        await eventually(lambda: "degraded" in stage.phases())
        stopping = asyncio.create_task(run.stop())
        stage.gateway.closed_to_all = False

        assert await stopping

        assert stage.gateway.aborted == [run.run_id]
        await task
