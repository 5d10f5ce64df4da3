"""A bare client of a gateway, fake or real: sends frames, keeps what comes. It knows nothing of propactor."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from propactor.testing import FakeGateway

Frame = dict[str, Any]
SCOPES = ("operator.read", "operator.write", "operator.admin")
CAPS = ("tool-events",)


def introduction(**changes: object) -> Frame:
    """Return the parameters of the one ``connect`` that every release takes on loopback, with changes."""
    client = {"id": "gateway-client", "version": "1.0.0", "platform": "linux", "mode": "backend"}
    usual: Frame = {"minProtocol": 3, "maxProtocol": 4, "client": client, "role": "operator"}
    return usual | {"scopes": list(SCOPES), "caps": list(CAPS), "auth": {"token": "TEST-TOKEN"}} | changes


def connect_request(token: str) -> Frame:
    """Return the request by which a client of a real gateway introduces itself."""
    params = introduction(auth={"token": token}, caps=[*CAPS, "session-scoped-events"])
    return {"type": "req", "id": "hello", "method": "connect", "params": params}


class Client:
    """One connection: keeps every frame that was read, and waits for others at most ``within`` seconds."""

    def __init__(self, socket: ClientConnection, within: float = 5.0) -> None:
        self.socket = socket
        self.frames: list[Frame] = []
        self.times: list[float] = []
        self.hello: Frame = {}
        self._within = within
        self._count = 0

    async def read(self, within: float | None = None) -> Frame:
        """Return the next frame."""
        async with asyncio.timeout(within or self._within):
            frame: Frame = json.loads(await self.socket.recv())
        self.frames.append(frame)
        self.times.append(time.monotonic())
        return frame

    async def until(self, wanted: Callable[[Frame], bool], within: float | None = None) -> Frame:
        """Read until a frame is wanted, and return it; no two frames may be further apart than ``within``."""
        while not wanted(frame := await self.read(within)):
            pass
        return frame

    async def send(self, method: str, params: Mapping[str, Any], request_id: str = "") -> str:
        """Send a request, and return its id."""
        self._count += 1
        name = request_id or f"r{self._count}"
        await self.socket.send(json.dumps({"type": "req", "id": name, "method": method, "params": params}))
        return name

    async def call(self, method: str, **params: object) -> Frame:
        """Send a request, and return its first response."""
        request_id = await self.send(method, params)
        return await self.until(lambda frame: frame.get("id") == request_id)

    async def shake_hands(self, request: Frame) -> None:
        """Introduce oneself, and keep what the gateway says of itself."""
        await self.socket.send(json.dumps(request))
        answer = await self.until(lambda frame: frame.get("id") == request["id"])
        self.hello = answer.get("payload", {})

    async def run(
        self, message: str = "hi", *, run_id: str = "run-1", key: str = "agent:dev:one", **more: object
    ) -> Frame:
        """Ask for a run, and return its last response."""
        params = {"message": message, "agentId": "dev", "sessionKey": key, "idempotencyKey": run_id, **more}
        request_id = await self.send("agent", params)
        return await self.ending(request_id)

    async def start(self, agent: str, message: str) -> "Run":
        """Start a run in a session of its own; it is accepted when this returns."""
        run = Run(self, uuid.uuid4().hex, f"agent:{agent}:rig-{uuid.uuid4().hex}")
        if "sessions.messages.subscribe" in self.hello["features"]["methods"]:
            await self.call("sessions.messages.subscribe", key=run.key)
        params = {"message": message, "agentId": agent, "sessionKey": run.key, "idempotencyKey": run.id}
        await self.send("agent", {**params, "timeout": 120}, run.id)
        accepted = await self.until(lambda frame: frame.get("id") == run.id)
        assert accepted["payload"]["status"] == "accepted", accepted
        return run

    async def ending(self, request_id: str, within: float | None = None) -> Frame:
        """Return the last response to a request for a run, which may have been read already."""

        def is_last(frame: Frame) -> bool:
            status = (frame.get("payload") or {}).get("status")
            return frame.get("id") == request_id and status != "accepted"

        read = next(filter(is_last, self.frames), None)
        return read or await self.until(is_last, within)

    def events(self, stream: str) -> list[Frame]:
        """Return the data of the events of one stream."""
        payloads = (frame["payload"] for frame in self.frames if frame.get("event") == "agent")
        return [payload["data"] for payload in payloads if payload["stream"] == stream]


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was accepted, and what its client has read of it."""

    client: Client
    id: str
    key: str

    @property
    def events(self) -> list[tuple[float, Frame]]:
        """Return the run's events, and when they came."""
        pairs = zip(self.client.times, self.client.frames, strict=True)
        agent = [(at, frame["payload"]) for at, frame in pairs if frame.get("event") == "agent"]
        return [(at, payload) for at, payload in agent if payload["runId"] == self.id]

    def stream(self, name: str, phase: str | None = None) -> list[tuple[float, Frame]]:
        """Return when and with what data the events of a stream came."""
        chosen = [(at, event["data"]) for at, event in self.events if event["stream"] == name]
        return [(at, data) for at, data in chosen if phase is None or data.get("phase") == phase]


@asynccontextmanager
async def open_client(url: str, request: Frame, within: float = 5.0) -> AsyncIterator[Client]:
    """Connect and introduce oneself with a request."""
    async with connect(url, max_size=None, max_queue=None, ping_interval=None) as socket:
        visitor = Client(socket, within)
        await visitor.read()
        await visitor.shake_hands(request)
        yield visitor


def client(gateway: FakeGateway, **changes: object) -> AbstractAsyncContextManager[Client]:
    """Connect to a fake gateway, with changes of the usual introduction."""
    params = introduction(**changes)
    return open_client(gateway.url, {"type": "req", "id": "hello", "method": "connect", "params": params})


def runs_seen(frames: list[Frame]) -> set[str]:
    """Return the runs of which events came."""
    return {frame["payload"]["runId"] for frame in frames if frame.get("event") == "agent"}
