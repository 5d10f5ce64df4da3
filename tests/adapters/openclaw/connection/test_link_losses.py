"""The shared connection, lost: who is told, when, and how it comes back."""

import asyncio
import logging

import pytest

from propactor.adapters.openclaw.connection.connection import Connection
from propactor.adapters.openclaw.connection.link import LinkState
from propactor.core.backoff import Backoff
from propactor.core.errors import GatewayUnavailable, PropactorError
from tests.adapters.openclaw.connection.test_link import SOON, Listener, linked, until
from tests.adapters.openclaw.gateway import Gateway


async def test_lost_and_found() -> None:
    """When the connection is lost, who waits is told, and the link comes back by itself."""
    gateway = Gateway("2026.9.6-text")
    gateway.answers["silence"] = lambda _: None
    async with linked(gateway) as link:
        await link.wait_ready(SOON)
        link.post("silence", {}, waiter := Listener())

        await gateway.connections[0].close(1012, "service restart")

        error = await asyncio.wait_for(waiter.failed, SOON)
        assert isinstance(error, GatewayUnavailable)
        assert "was lost: closed with 1012 (service restart)" in str(error)
        await until(link, LinkState.BACKING_OFF)
        await link.wait_ready(SOON)
        assert (link.counters.connections, link.counters.losses, link.waiting) == (2, 1, 0)


async def test_not_ready_when_told_of_a_loss() -> None:
    """Who is told of a loss finds the link waiting for another connection, never ready."""
    gateway = Gateway("2026.9.6-text")
    gateway.answers["silence"] = lambda _: None
    async with linked(gateway) as link:
        await link.wait_ready(SOON)
        states: list[str] = []

        class Witness(Listener):
            def fail(self, error: PropactorError) -> None:
                states.append(link.state)
                with pytest.raises(GatewayUnavailable):
                    link.post("again", {}, self)
                super().fail(error)

        link.post("silence", {}, witness := Witness())
        gateway.connections[0].transport.abort()

        await asyncio.wait_for(witness.failed, SOON)
        assert states == [LinkState.BACKING_OFF]


async def test_told_once_of_a_loss() -> None:
    """A run that waits for a response and takes events is told of a loss once."""
    gateway = Gateway("2026.9.6-text")
    gateway.answers["silence"] = lambda _: None
    async with linked(gateway) as link:
        await link.wait_ready(SOON)
        told: list[PropactorError] = []

        class Run(Listener):
            def fail(self, error: PropactorError) -> None:
                told.append(error)
                super().fail(error)

        link.post("silence", {}, run := Run())
        link.route("1", run)
        gateway.connections[0].transport.abort()

        await asyncio.wait_for(run.failed, SOON)
        await until(link, LinkState.BACKING_OFF)
        assert len(told) == 1


async def test_lost_in_a_call() -> None:
    """A call that is under way when the connection is lost ends at once, and so does the next."""
    gateway = Gateway("2026.9.6-text")
    gateway.answers["die"] = lambda _: gateway.connections[0].transport.abort()
    gateway.refusals = []
    async with linked(gateway, backoff=Backoff(first=9.0, uniform=lambda _, high: high)) as link:
        await link.wait_ready(SOON)

        for words in ("1006", "closed"):
            with pytest.raises(GatewayUnavailable, match=words):
                await link.call("die", {}, timeout=SOON)


async def test_killed() -> None:
    """A gateway that dies without a word is noticed as well."""
    gateway = Gateway("2026.9.6-text")
    gateway.answers["silence"] = lambda _: None
    async with linked(gateway) as link:
        await link.wait_ready(SOON)
        link.post("silence", {}, waiter := Listener())

        gateway.connections[0].transport.abort()

        assert "1006" in str(await asyncio.wait_for(waiter.failed, SOON))


@pytest.mark.parametrize("moment", ["open", "greet"])
async def test_lost_right_after(
    moment: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection lost in the moment it was made is made again, and nobody takes it for ready."""
    gateway = Gateway("2026.9.6-text")
    doomed = iter([True])
    check = Connection._check_open
    moments = iter(["open", "greet"])

    def lose(connection: Connection) -> None:
        if next(moments, "") == moment and next(doomed, False):
            connection.end(GatewayUnavailable("gone"))
        check(connection)

    monkeypatch.setattr(Connection, "_check_open", lose)
    with caplog.at_level(logging.ERROR):
        async with linked(gateway) as link:
            await link.wait_ready(SOON)

            assert link.state == LinkState.READY
    assert caplog.records == []


async def test_silence() -> None:
    """A gateway that doesn't even tick any more is given up and dialled again."""
    gateway = Gateway("2026.9.6-text")
    gateway.hello["policy"]["tickIntervalMs"] = 10
    gateway.answers["silence"] = lambda _: None
    async with linked(gateway, grace=0.02) as link:
        await link.wait_ready(SOON)
        link.post("silence", {}, waiter := Listener())

        assert "silent" in str(await asyncio.wait_for(waiter.failed, SOON))


async def test_ticks() -> None:
    """A gateway that ticks is left alone."""
    gateway = Gateway("2026.9.6-text")
    gateway.hello["policy"]["tickIntervalMs"] = 40
    async with linked(gateway, grace=0.04) as link:
        await link.wait_ready(SOON)

        for _ in range(12):
            await gateway.connections[0].send('{"type":"event","event":"tick","payload":{"ts":1}}')
            await asyncio.sleep(0.02)

        assert link.counters.losses == 0
