"""A plain client for the fake gateway: sends frames, gathers frames."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from propactor.testing.gateway import FakeGateway

Frame = dict[str, Any]
SCOPES = ("operator.read", "operator.write", "operator.admin")
CAPS = ("tool-events",)
DEADLINE = 5.0


def introduction(**changes: object) -> Frame:
    """Return the parameters of ``connect`` that work everywhere, with changes."""
    client = {"id": "gateway-client", "version": "1.0.0", "platform": "linux", "mode": "backend"}
    usual: Frame = {"minProtocol": 3, "maxProtocol": 4, "client": client, "role": "operator"}
    return usual | {"scopes": list(SCOPES), "caps": list(CAPS), "auth": {"token": "TEST-TOKEN"}} | changes


class Client:
    """Keeps every frame that came, and waits for those that will."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.frames: list[Frame] = []
        self._count = 0

    async def read(self) -> Frame:
        """Return the next frame."""
        async with asyncio.timeout(DEADLINE):
            frame: Frame = json.loads(await self.socket.recv())
        self.frames.append(frame)
        return frame

    async def until(self, wanted: Callable[[Frame], bool]) -> Frame:
        """Read until a frame is wanted, and return it."""
        while not wanted(frame := await self.read()):
            pass
        return frame

    async def send(self, method: str, params: Mapping[str, Any]) -> str:
        """Send a request, and return its id."""
        self._count += 1
        request = {"type": "req", "id": f"r{self._count}", "method": method, "params": params}
        await self.socket.send(json.dumps(request))
        return f"r{self._count}"

    async def call(self, method: str, **params: object) -> Frame:
        """Send a request, and return its first response."""
        request_id = await self.send(method, params)
        return await self.until(lambda frame: frame.get("id") == request_id)

    async def run(
        self, message: str = "hi", *, run_id: str = "run-1", key: str = "agent:dev:one", **more: object
    ) -> Frame:
        """Ask for a run, and return its last response."""
        params = {"message": message, "agentId": "dev", "sessionKey": key, "idempotencyKey": run_id, **more}
        request_id = await self.send("agent", params)
        return await self.ending(request_id)

    async def ending(self, request_id: str) -> Frame:
        """Return the last response to a request for a run."""
        return await self.until(
            lambda frame: (
                frame.get("id") == request_id and (frame.get("payload") or {}).get("status") != "accepted"
            )
        )

    def events(self, stream: str) -> list[Frame]:
        """Return the data of the events of one stream."""
        payloads = (frame["payload"] for frame in self.frames if frame.get("event") == "agent")
        return [payload["data"] for payload in payloads if payload["stream"] == stream]


@asynccontextmanager
async def client(gateway: FakeGateway, **changes: object) -> AsyncIterator[Client]:
    """Connect, and be let in."""
    async with connect(gateway.url, max_size=None, max_queue=None, ping_interval=None) as socket:
        visitor = Client(socket)
        await visitor.read()
        await visitor.call("connect", **introduction(**changes))
        yield visitor


def runs_seen(frames: list[Frame]) -> set[str]:
    """Return the runs of which events came."""
    return {frame["payload"]["runId"] for frame in frames if frame.get("event") == "agent"}
