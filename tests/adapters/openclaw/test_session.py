"""A session at the gateway: how a run in it is stopped."""

import asyncio
from typing import Any

import pytest

from propactor.adapters.openclaw.run import OpenClawRun
from propactor.core.errors import Cancelled, PropactorError
from propactor.core.upstream import Reply
from tests.adapters.openclaw.connection.linked import SOON, waiting
from tests.adapters.openclaw.gateway import Gateway, Refuse, eventually
from tests.adapters.openclaw.harness import RunHarness, ended, playing
from tests.adapters.openclaw.recordings import runs

VERSIONS = ["2026.2.9", "2026.2.26", "2026.7.1", "2026.9.6"]


async def stopped(stage: RunHarness[Gateway], run: OpenClawRun) -> tuple[bool, Reply | PropactorError]:
    """Stop a run in the middle; return whether that was confirmed, and how the run ended."""
    stage.gateway.hold_after = 5
    task = asyncio.create_task(ended(run))
    await asyncio.wait_for(stage.gateway.holding.wait(), SOON)
    confirmed = await run.stop()
    stage.gateway.released.set()
    return confirmed, await asyncio.wait_for(task, SOON)


@pytest.mark.parametrize("version", VERSIONS)
async def test_stopped(version: str) -> None:
    """A run is stopped by what its gateway really supports, and ends as cancelled."""
    async with playing(runs(f"{version}-abort")[0]) as stage:
        run = stage.begin()
        stage.gateway.answers["chat.abort"] = lambda params: {"aborted": True, "runIds": [params["runId"]]}
        stage.gateway.answers["sessions.delete"] = {"ok": True, "deleted": True}

        confirmed, end = await stopped(stage, run)

        assert (confirmed, type(end)) == (True, Cancelled)
        method = "sessions.delete" if version.startswith("2026.2") else "chat.abort"
        assert [m for m in stage.gateway.methods() if "abort" in m or "delete" in m] == [method]


async def test_stopped_second_way() -> None:
    """Where `chat.abort` finds nothing to stop, `sessions.abort` is asked."""
    async with playing(runs("2026.9.6-abort")[0]) as stage:
        run = stage.begin()
        stage.gateway.answers["chat.abort"] = {"ok": True, "aborted": False, "runIds": []}
        stage.gateway.answers["sessions.abort"] = {"status": "aborted", "abortedRunId": run.run_id}

        confirmed, _ = await stopped(stage, run)

        assert confirmed
        assert stage.gateway.params("sessions.abort") == {"key": run.key, "runId": run.run_id}


@pytest.mark.parametrize("answer", [{"status": "no-active-run", "abortedRunId": None}, Refuse("X", "no")])
async def test_stop_unconfirmed(answer: Any) -> None:
    """A stop the gateway doesn't confirm isn't claimed."""
    async with playing(runs("2026.9.6-abort")[0]) as stage:
        stage.gateway.answers["chat.abort"] = {"ok": True, "aborted": False, "runIds": []}
        stage.gateway.answers["sessions.abort"] = answer

        confirmed, end = await stopped(stage, stage.begin())

        assert (confirmed, type(end)) == (False, Cancelled)


async def test_stop_without_deleting() -> None:
    """Where sessions may not be deleted, a run of protocol 3 can't be stopped, and that is said."""
    async with playing(runs("2026.2.9-abort")[0], abort_by_delete=False) as stage:
        confirmed, _ = await stopped(stage, stage.begin())

        assert not confirmed
        assert "sessions.delete" not in stage.gateway.methods()


async def test_stop_in_vain() -> None:
    """A gateway that doesn't answer a stop is waited for only so long."""
    async with playing(runs("2026.9.6-abort")[0], stop=0.05) as stage:
        stage.gateway.answers["chat.abort"] = lambda _: None

        confirmed, _ = await stopped(stage, stage.begin())

        assert not confirmed


async def test_stop_before_the_acceptance() -> None:
    """A stop that comes before the acceptance waits for it, for nothing runs that could be stopped."""
    async with playing(runs("2026.9.6-abort")[0]) as stage:
        stage.gateway.accepts.clear()
        stage.gateway.hold_after = 0
        stage.gateway.answers["chat.abort"] = lambda params: {"aborted": True, "runIds": [params["runId"]]}
        run = stage.begin()
        task = asyncio.create_task(ended(run))
        await stage.gateway.until_asked("agent")

        stopping = asyncio.create_task(run.stop())
        await asyncio.sleep(0)
        assert "chat.abort" not in stage.gateway.methods()
        stage.gateway.accepts.set()

        assert await asyncio.wait_for(stopping, SOON)
        stage.gateway.released.set()
        assert isinstance(await asyncio.wait_for(task, SOON), Cancelled)


async def test_stop_after_cancelling() -> None:
    """A run whose task was cancelled can still be stopped, and nothing of it stays behind."""
    async with playing(runs("2026.9.6-abort")[0]) as stage:
        stage.gateway.hold_after = 5
        stage.gateway.answers["chat.abort"] = lambda params: {"aborted": True, "runIds": [params["runId"]]}
        run = stage.begin()
        task = asyncio.create_task(run.finish())
        await asyncio.wait_for(stage.gateway.holding.wait(), SOON)

        task.cancel()
        await asyncio.wait([task])

        assert await run.stop()
        await stage.gateway.until_asked("sessions.messages.unsubscribe")
        await eventually(lambda: not waiting(stage.link))


async def test_stop_before_asking() -> None:
    """A run that was stopped before it asked never asks."""
    async with playing(runs("2026.9.6-text")[0]) as stage:
        run = stage.begin()

        assert await run.stop()
        assert isinstance(await ended(run), Cancelled)
        assert "agent" not in stage.gateway.methods()


async def test_stop_after_the_end() -> None:
    """A run that is over needs no stop, so none is asked for."""
    async with playing(runs("2026.9.6-text")[0]) as stage:
        run = stage.begin()
        await run.finish()

        assert await run.stop()
        assert "chat.abort" not in stage.gateway.methods()


async def test_stop_after_a_loss() -> None:
    """A run whose connection was lost may go on at the gateway, so its stop isn't claimed."""
    async with playing(runs("2026.9.6-abort")[0], rejoin_seconds=0) as stage:
        stage.gateway.hold_after = 3
        run = stage.begin()
        task = asyncio.create_task(ended(run))
        await asyncio.wait_for(stage.gateway.holding.wait(), SOON)
        stage.gateway.connections[0].transport.abort()
        await asyncio.wait_for(task, SOON)

        assert not await run.stop()
