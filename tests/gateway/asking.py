"""The whole service before a real gateway, and what to ask of it."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple

from tests.rig.openclaw import Gateway
from tests.server.service import Heard, Service, service

NO_FALLBACK = {"template": False}


class Behind(NamedTuple):
    """A gateway, and the agent there whose text streams."""

    gateway: Gateway
    agent: str


def connected(
    gateway: Gateway, agent: str, *, rejoin: float = 60, **tables: Mapping[str, Any]
) -> AbstractAsyncContextManager[Service]:
    """Run a service that asks this agent, and waits ``rejoin`` seconds for a gateway it has lost."""
    address = {"url": gateway.url, "token": gateway.token, "agent_id": agent, "rejoin_seconds": rejoin}
    return service(None, gateway=address, **tables)


def body(scenario: str, tag: str, *, rate: int = 200) -> dict[str, object]:
    """Write a request for a lamp; its words tell the model what to do."""
    return {"prompt": f"A mushroom lamp #scenario={scenario} #rate={rate} #tag={tag}"}


def told(heard: Sequence[Heard], event: str) -> list[Heard]:
    """Return the events of this name."""
    return [one for one in heard if one.event == event]


def phases(heard: Sequence[Heard]) -> list[str]:
    """Return what progress was made."""
    return [one.data["phase"] for one in told(heard, "progress")]


def parts(heard: Sequence[Heard]) -> list[object]:
    """Put the parts together as a reader does who watches them come."""
    seen = {one.data["index"]: one.data["part"] for one in told(heard, "part")}
    return [seen[index] for index in sorted(seen) if seen[index] is not None]


async def ready(served: Service, within: float) -> None:
    """Wait until the link to the gateway is there."""
    async with asyncio.timeout(within):
        while (await served.get("/readyz"))[0] != 200:
            await asyncio.sleep(0.05)
