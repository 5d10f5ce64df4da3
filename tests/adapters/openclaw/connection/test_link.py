"""The shared connection: made, used by many, lost, made again."""

import asyncio
import json
import logging
from typing import Any

import pytest

from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.connection.link_status import LinkState
from propactor.core.backoff import Backoff
from propactor.core.errors import GatewayRefused, GatewayUnavailable, InternalError
from tests.adapters.openclaw.connection.linked import SOON, Listener, linked, quick, until, waiting
from tests.adapters.openclaw.gateway import Gateway, Refuse, eventually


def event(run_id: str, event: str = "agent", **data: Any) -> str:
    """Write an event as gateways do: without blanks."""
    payload = {"runId": run_id, "stream": "assistant", "data": data}
    return json.dumps({"type": "event", "event": event, "payload": payload}, separators=(",", ":"))


@pytest.mark.parametrize("version", ["2026.2.9", "2026.2.26", "2026.7.1", "2026.9.6"])
async def test_ready(version: str) -> None:
    """The link introduces itself to every version with the same request."""
    gateway = Gateway(f"{version}-text")
    async with linked(gateway) as link:
        hello = await link.wait_ready(SOON)

        assert (link.state, link.problem()) == (LinkState.READY, None)
        assert hello.protocol == gateway.hello["protocol"]
        assert gateway.params("connect")["auth"] == {"token": "TEST-TOKEN"}
        assert gateway.params("connect")["caps"] == ["tool-events", "session-scoped-events"]


async def test_call() -> None:
    """A call returns its own answer, a refusal raises."""
    gateway = Gateway("2026.9.6-text")
    gateway.answers["echo"] = lambda params: params
    gateway.answers["refuse"] = Refuse("FORBIDDEN", "missing scope: x")
    async with linked(gateway) as link:
        await link.wait_ready(SOON)

        answers = await asyncio.gather(*(link.call("echo", {"n": n}, timeout=SOON) for n in range(20)))
        with pytest.raises(GatewayRefused, match="scope"):
            await link.call("refuse", {}, timeout=SOON)

        assert [answer["n"] for answer in answers] == list(range(20))
        assert waiting(link) == 0


async def test_call_in_vain() -> None:
    """A call nobody answers ends at its deadline and leaves nothing behind."""
    gateway = Gateway("2026.9.6-text")
    gateway.answers["silence"] = lambda _: None
    async with linked(gateway) as link:
        await link.wait_ready(SOON)

        with pytest.raises(GatewayUnavailable, match="silence"):
            await link.call("silence", {}, timeout=0.05)

        assert waiting(link) == 0


async def test_routes() -> None:
    """Events go to the sink of their run; other runs and other kinds go nowhere."""
    gateway = Gateway("2026.9.6-text")
    async with linked(gateway) as link:
        await link.wait_ready(SOON)
        one, two = Listener(), Listener()
        link.route("1", one)
        link.route("2", two)

        for text in (event("3"), event("1", "chat"), event("1", a=1), event("2", a=2), "no json", "[]", "{}"):
            await gateway.connections[0].send(text)
        link.unroute("1")
        await gateway.connections[0].send(event("2", a=3))

        assert (await two.payloads.get())["data"] == {"a": 2}
        assert (await two.payloads.get())["data"] == {"a": 3}
        assert one.payloads.empty()
        assert (link.counters.bad_frames, link.counters.skipped) == (1, 1)


async def test_two_responses() -> None:
    """A request that gets two responses gets both, and is forgotten after the last."""
    gateway = Gateway("2026.9.6-text")
    gateway.answers["agent"] = lambda _: {"status": "accepted"}
    async with linked(gateway) as link:
        await link.wait_ready(SOON)
        listener = Listener()
        request_id = link.post("agent", {}, listener)
        await eventually(lambda: not listener.frames.empty())

        last = {"type": "res", "id": request_id, "ok": True, "payload": {"status": "ok"}}
        for _ in range(2):
            await gateway.connections[0].send(json.dumps(last))
        await eventually(lambda: not waiting(link))

        assert listener.frames.qsize() == 2


async def test_half_an_emoji() -> None:
    """A lone surrogate, which strict JSON parsers refuse, arrives as it is."""
    gateway = Gateway("2026.9.6-text")
    async with linked(gateway) as link:
        await link.wait_ready(SOON)
        link.route("1", listener := Listener())

        await gateway.connections[0].send(event("1", delta="\ud83d"))

        assert (await listener.payloads.get())["data"] == {"delta": "\ud83d"}


async def test_broken_sink(caplog: pytest.LogCaptureFixture) -> None:
    """A sink that raises is failed and logged once; the link and its neighbours live on."""
    gateway = Gateway("2026.9.6-text")
    gateway.answers["echo"] = {}
    async with linked(gateway) as link:
        await link.wait_ready(SOON)
        broken, good, waiter = Listener(broken=True), Listener(), Listener(broken=True)
        link.route("1", broken)
        link.route("2", good)
        link.post("echo", {}, waiter)

        with caplog.at_level(logging.ERROR):
            for text in (event("1"), event("1"), event("2")):
                await gateway.connections[0].send(text)
            await asyncio.wait_for(good.payloads.get(), SOON)

            assert isinstance(await asyncio.wait_for(broken.failed, SOON), InternalError)
            assert isinstance(await asyncio.wait_for(waiter.failed, SOON), InternalError)
        assert len(caplog.records) == link.counters.defects == 2
        assert link.state == LinkState.READY


async def test_refused() -> None:
    """A wrong token is told at once, with what to do, and tried again in case somebody mends it."""
    gateway = Gateway("2026.9.6-text")
    gateway.refusals = [
        Refuse(
            "INVALID_REQUEST", "unauthorized: gateway token mismatch", details={"code": "AUTH_TOKEN_MISMATCH"}
        )
    ]
    async with linked(gateway, backoff=Backoff(first=0.2, uniform=lambda _, high: high)) as link:
        with pytest.raises(GatewayRefused, match=r"\[gateway\] token"):
            await link.wait_ready(SOON)
        assert isinstance(link.problem(), GatewayRefused)

        await until(link, LinkState.READY)
        assert link.problem() is None


async def test_no_scopes() -> None:
    """A connection that was let in without scopes would hear nothing, so it counts as refused."""
    gateway = Gateway("2026.9.6-text")
    gateway.hello["auth"]["scopes"] = []
    async with linked(gateway) as link:
        with pytest.raises(GatewayRefused, match=r"operator\.read"):
            await link.wait_ready(SOON)


async def test_nobody() -> None:
    """Without a gateway the link says so: after the first try at once, before it at the deadline."""
    link = Link(url="ws://127.0.0.1:1", backoff=quick())
    with pytest.raises(GatewayUnavailable, match="yet"):
        link.post("agent", {}, Listener())
    with pytest.raises(GatewayUnavailable, match="yet"):
        await link.wait_ready(0.01)

    link.start()
    await until(link, LinkState.BACKING_OFF)

    assert isinstance(link.problem(), GatewayUnavailable)
    with pytest.raises(GatewayUnavailable, match="nobody"):
        await link.wait_ready(0.02)
    await link.close()


async def test_closed() -> None:
    """A closed link hangs up, tells who waits, and takes nothing more."""
    gateway = Gateway("2026.9.6-text")
    gateway.answers["silence"] = lambda _: None
    async with linked(gateway) as link:
        await link.wait_ready(SOON)
        link.post("silence", {}, waiter := Listener())

        await link.close()

        assert isinstance(await asyncio.wait_for(waiter.failed, SOON), GatewayUnavailable)
        assert link.state == LinkState.STOPPED
        await asyncio.wait_for(gateway.connections[0].wait_closed(), SOON)
        assert gateway.connections[0].close_code == 1000
        with pytest.raises(GatewayUnavailable, match="closed"):
            await link.wait_ready(SOON)
        with pytest.raises(GatewayUnavailable, match="closed"):
            link.route("2", waiter)
        await link.close()


async def test_closed_for_good() -> None:
    """A link that was closed isn't started again."""
    link = Link(url="ws://127.0.0.1:1", backoff=quick())
    await link.close()

    link.start()

    assert link.state == LinkState.STOPPED
    with pytest.raises(GatewayUnavailable, match="closed"):
        await link.wait_ready(SOON)
    assert "gateway-link" not in {task.get_name() for task in asyncio.all_tasks()}
