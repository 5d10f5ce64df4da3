"""The real service before the fake gateway."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from propactor.testing.gateway import FakeGateway
from tests.server.service import Service, service

HALF = "A mushroom lamp #scenario=hang-mid #rate=400"
"""A run that thinks, writes half of its prop, and then says nothing more."""
WHOLE = "A mushroom lamp #rate=400"


class Both(NamedTuple):
    """What a page talks to, and what that talks to."""

    service: Service
    gateway: FakeGateway


@asynccontextmanager
async def both(script: Any = None, **tables: Mapping[str, Any]) -> AsyncIterator[Both]:
    """Run a gateway, which follows the script or the prompt, and a service before it."""
    scripted = {} if script is None else {"script": script}
    async with FakeGateway(**scripted) as gateway:
        settings: dict[str, Any] = {"gateway": {"url": gateway.url, "token": gateway.token}, **tables}
        async with service(**settings) as running:
            yield Both(running, gateway)
