"""What `serve` says when it answers: where, how to try it, and which upstreams are there."""

import asyncio
from collections.abc import Mapping
from typing import Any

from propactor.client.client import Client
from propactor.client.errors import ServerFault
from propactor.server.page import is_built

SETTLE = 3.0
"""Seconds the upstreams get to connect before we say what we know of them."""
_STEP = 0.1
_PENDING = frozenset({"disconnected", "connecting", "authenticating"})


class Banner:
    """Speaks once the server listens; it learns of the upstreams as anybody would, by asking the server."""

    def __init__(self, version: str, *, protected: bool) -> None:
        self.begun = False
        self._version = version
        self._protected = protected
        self._task: asyncio.Task[None] | None = None

    def begin(self, address: str) -> None:
        """Say where the server listens, and look after the rest in a task that ends soon."""
        self.begun = True
        print(f"propactor {self._version} listens on {address}", flush=True)
        self._task = asyncio.create_task(self._introduce(address), name="banner")

    async def _introduce(self, address: str) -> None:
        for upstream in await _upstreams(address):
            print(f"  {upstream.get('name')!s:<9} {status(upstream)}")
        print("try it:")
        if is_built():
            print(f"  open {address}/ in a browser")
        print(f"  {curl(address, protected=self._protected)}")
        print(f"  propactor generate 'A glowing mushroom lamp' --server {address}", flush=True)


async def _upstreams(address: str) -> list[Mapping[str, Any]]:
    """Ask the server until its upstreams have settled, or time is up."""
    clock = asyncio.get_running_loop().time
    until = clock() + SETTLE
    try:
        async with Client(address) as client:
            while True:
                upstreams = (await client.readiness()).get("upstreams") or []
                if not any(upstream.get("state") in _PENDING for upstream in upstreams) or clock() > until:
                    return list(upstreams)
                await asyncio.sleep(_STEP)
    except ServerFault:
        return []  # stopped before anybody could ask


def status(upstream: Mapping[str, Any]) -> str:
    """Put in words what `/readyz` says of an upstream."""
    if upstream.get("problem"):
        return f"down: {upstream['problem']}"
    if upstream.get("state") in _PENDING:
        return "connecting"
    version, protocol = upstream.get("version"), upstream.get("protocol")
    return f"up, version {version}, protocol {protocol}" if protocol else "up"


def curl(address: str, *, protected: bool) -> str:
    """Write a line that starts a generation from a shell; the token stays in its variable."""
    token = ' -H "Authorization: Bearer $PROPACTOR_SERVER__TOKEN"' if protected else ""
    body = """-H 'Content-Type: application/json' -d '{"prompt": "A glowing mushroom lamp"}'"""
    return f"curl -N {address}/api/creator/generate-prop-stream{token} {body}"
