"""Whatever happens to the line to the gateway, and whenever: one ending, and no character lost or doubled."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from random import uniform

import pytest

from propactor.adapters.openclaw.connection.dialer import LinkTimes
from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.options import Options
from propactor.adapters.openclaw.upstream import OpenClawUpstream
from propactor.core.backoff import Backoff
from propactor.settings.tables import Timeouts
from propactor.testing.gateway import FakeGateway
from propactor.testing.steps import Say, Step, Think, UseTool
from tests.rig.proxy import Proxy
from tests.server.service import Heard, assert_grammar, names, service, text

TICK, GRACE = 0.2, 0.4
"""Seconds: a gateway that is silent for 0.8 seconds is lost."""
RATE = 400
LOOKING = "Let me look for the parts of it."
BOX = '<boxGeometry args={[1, 1, 1]} /><meshStandardMaterial color="red" />'
MESHES = "\n".join(f'    <mesh name="part{n}" position={{[0, {n}, 0]}}>{BOX}</mesh>' for n in range(4))
PART = '{"type": "box", "position": [0, %d, 0], "args": [1, 1, 1], "color": "red"}'
PARTS = ",\n".join(PART % n for n in range(4))
CODE = f"export function Lamp() {{\n  return <group>\n{MESHES}\n  </group>;\n}}\n"
ANSWER = f"{CODE}\n/* PARTS_DATA\n[\n{PARTS}\n]\nPARTS_DATA */"
SCRIPT: list[Step] = [
    Think("A lamp of four boxes.", RATE),
    Say(LOOKING, RATE),
    UseTool("read", {"path": "notes.txt"}, "Four boxes.", seconds=0.05),
    Think("Now I write it down.", RATE),
    Say(ANSWER, RATE),
]

MOMENTS = {
    "accepted": b'"status":"accepted"',
    "first text": b'"stream":"assistant"',
    "tool": b'"stream":"tool"',
    "text": b"part2",
    "end": b'"summary":"completed"',
}
"""What the gateway is just about to say when it happens."""


def stall(proxy: Proxy) -> None:
    """Hold everything for a moment that is too short to give up."""
    proxy.stall()
    asyncio.get_running_loop().call_later(0.3, proxy.restore)


def split(proxy: Proxy) -> None:
    """Send few bytes at a time, for a while: it is a lot of work."""
    proxy.split = 3
    asyncio.get_running_loop().call_later(0.3, proxy.restore)


def delay(proxy: Proxy) -> None:
    """Be slow."""
    proxy.delay = 0.03


FAULTS: dict[str, Callable[[Proxy], None]] = {
    "cut": Proxy.cut,
    "half-open": Proxy.half_open,
    "garbage": Proxy.garble,
    "stall": stall,
    "split": split,
    "delay": delay,
}


@asynccontextmanager
async def linked(protocol: int) -> AsyncIterator[tuple[FakeGateway, Proxy, OpenClawUpstream]]:
    """Set up a gateway, a proxy before it, and a link through the proxy."""
    async with (
        FakeGateway(protocol=protocol, script=SCRIPT, tick=TICK) as gateway,
        Proxy(gateway.port) as proxy,
    ):
        link = Link(
            url=f"ws://127.0.0.1:{proxy.port}",
            token=gateway.token,
            times=LinkTimes(grace=GRACE),
            backoff=Backoff(uniform, first=0.05, limit=0.1),
        )
        link.start()
        try:
            await link.wait_ready(5)
            timeouts = Timeouts(accept=10, total=20, stop=1)
            yield gateway, proxy, OpenClawUpstream(link, Options(timeouts=timeouts))
        finally:
            await link.close()


async def generate(protocol: int, fault: str, moment: str) -> tuple[FakeGateway, list[Heard]]:
    """Generate while something happens to the line."""
    async with linked(protocol) as (gateway, proxy, upstream):
        proxy.at(MOMENTS[moment], lambda: FAULTS[fault](proxy))
        limits = {"accept": 10, "first_event": 15, "idle": 15, "total": 20, "stop": 1}
        async with service(upstream, timeouts=limits) as served:
            heard = await served.read(body={"prompt": "A lamp"})
        assert proxy.tripped.is_set(), "the fault never struck"
        return gateway, heard


def transcript(gateway: FakeGateway) -> str:
    """Return what the assistant wrote, as the gateway keeps it."""
    (session,) = gateway.sessions.values()
    blocks = [
        block["text"]
        for message in session.messages
        if message["role"] == "assistant"
        for block in message["content"]
        if block["type"] == "text"
    ]
    return "\n\n".join(blocks)


def used(heard: Sequence[Heard], kind: str) -> list[str]:
    """Return the tools that were told of."""
    return [str(one.data["toolName"]) for one in heard if one.event == kind]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("protocol", [3, 4])
async def test_faults(protocol: int, fault: str) -> None:
    """The stream ends once, as if nothing had happened: with the model's result, nothing missing or doubled.

    The moments are tried at the same time, each with a gateway of its own: to notice a dead line takes time.
    """
    await asyncio.gather(*(check(protocol, fault, moment) for moment in MOMENTS))


async def check(protocol: int, fault: str, moment: str) -> None:
    """Check one fault at one moment."""
    gateway, heard = await generate(protocol, fault, moment)

    assert_grammar(heard)
    result = heard[-2]
    assert (result.event, result.data.get("method")) == ("result", "ai"), (moment, result.data)
    assert text(heard) == transcript(gateway) == f"{LOOKING}\n\n{ANSWER}", moment
    assert len(result.data["parts"]) == names(heard).count("part") == 4, moment
    assert (used(heard, "tool_call"), used(heard, "tool_result")) == (["read"], ["read"]), moment
