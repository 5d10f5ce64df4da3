"""What `serve` prints when it listens: its address, its upstreams, and how to try it."""

import asyncio
from collections.abc import Mapping
from typing import Any

from propactor.client.client import Client
from propactor.client.errors import ServerFault
from propactor.server.page import is_built

SETTLE = 3.0
"""Seconds that upstreams get to connect before their state is printed."""
_STEP = 0.1
"""Seconds between two looks at them."""
_PENDING = frozenset({"disconnected", "connecting", "authenticating"})


class Banner:
    """Prints the address at once, and what `/readyz` says of the upstreams as soon as they have settled.

    Args:
        version: The version of propactor.
        protected: True where callers need a token, which the example must bring.
    """

    def __init__(self, version: str, *, protected: bool) -> None:
        self.begun = False
        self._version = version
        self._protected = protected
        self._task: asyncio.Task[None] | None = None

    def begin(self, address: str) -> None:
        """Print where the server listens, and start a task that prints the rest."""
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
    """Return what the server says of its upstreams, once they have settled or ``SETTLE`` has passed."""
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
    """Return a shell command that starts a generation. The token stays in its environment variable."""
    token = ' -H "Authorization: Bearer $PROPACTOR_SERVER__TOKEN"' if protected else ""
    body = """-H 'Content-Type: application/json' -d '{"prompt": "A glowing mushroom lamp"}'"""
    return f"curl -N {address}/api/creator/generate-prop-stream{token} {body}"
