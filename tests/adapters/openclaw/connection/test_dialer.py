"""The shared connection, lost: who is told, when, and how it comes back."""

import asyncio
import logging
from functools import partial

import pytest

from propactor.adapters.openclaw.connection.connection import Connection
from propactor.adapters.openclaw.connection.dialer import LinkTimes
from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.connection.link_status import LinkState
from propactor.core.backoff import Backoff
from propactor.core.errors import GatewayUnavailable, PropactorError
from tests.adapters.openclaw.connection.linked import SOON, Listener, linked, until, waiting
from tests.adapters.openclaw.gateway import Gateway, Refuse, eventually


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
        assert (link.counters.connections, link.counters.losses, waiting(link)) == (2, 1, 0)


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
    async with linked(gateway, times=LinkTimes(grace=0.02)) as link:
        await link.wait_ready(SOON)
        link.post("silence", {}, waiter := Listener())

        assert "silent" in str(await asyncio.wait_for(waiter.failed, SOON))


async def test_ticks() -> None:
    """A gateway that ticks is left alone."""
    gateway = Gateway("2026.9.6-text")
    gateway.hello["policy"]["tickIntervalMs"] = 40
    async with linked(gateway, times=LinkTimes(grace=0.04)) as link:
        await link.wait_ready(SOON)

        for _ in range(12):
            await gateway.connections[0].send('{"type":"event","event":"tick","payload":{"ts":1}}')
            await asyncio.sleep(0.02)

        assert link.counters.losses == 0


async def test_starting() -> None:
    """A gateway that is still starting is asked again, not before it wants to be."""
    gateway = Gateway("2026.9.6-text")
    gateway.refusals = [
        Refuse("UNAVAILABLE", "gateway starting; retry shortly", retryable=True, retryAfterMs=60)
    ]
    gateway.close_code = 1013
    async with linked(gateway) as link:
        clock = asyncio.get_running_loop().time
        began = clock()
        await link.wait_ready(SOON)

        assert clock() - began >= 0.06
        assert gateway.methods() == ["connect", "connect"]


def counted(link: Link, losses: int) -> bool:
    """Tell whether so many connections were lost."""
    return link.counters.losses == losses


async def test_defect_of_ours(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect in the link is logged, and the link tries again instead of ending."""
    gateway = Gateway("2026.9.6-text")
    defects = iter([ZeroDivisionError()])

    def connect(token: str) -> dict[str, object]:
        for defect in defects:
            raise defect
        return {"auth": {"token": token}}

    monkeypatch.setattr("propactor.adapters.openclaw.protocol.requests.connect", connect)
    with caplog.at_level(logging.ERROR):
        async with linked(gateway) as link:
            await link.wait_ready(SOON)

    assert len(caplog.records) == 1


@pytest.mark.parametrize(("stable", "expected"), [(0.0, [0.01, 0.01]), (60.0, [0.01, 0.02])])
async def test_waits(stable: float, expected: list[float]) -> None:
    """After a connection that held for long enough the next wait is short again; else it grows."""
    waits: list[float] = []

    def note(_low: float, high: float) -> float:
        waits.append(high)
        return 0.0

    backoff = Backoff(first=0.01, limit=9.0, uniform=note)
    gateway = Gateway("2026.9.6-text")
    async with linked(gateway, backoff=backoff, times=LinkTimes(stable=stable)) as link:
        for lost in (1, 2):
            await link.wait_ready(SOON)
            gateway.connections[-1].transport.abort()
            await eventually(partial(counted, link, lost))
        await link.wait_ready(SOON)

    assert waits == expected
