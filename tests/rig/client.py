"""A bare client of the gateway: sends frames, keeps what comes. It knows nothing of propactor."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

Frame = Mapping[str, Any]


def connect_request(token: str) -> Frame:
    """Write the one ``connect`` that every version takes on loopback, without a device key."""
    return {
        "type": "req", "id": "hello", "method": "connect",
        "params": {
            "minProtocol": 3, "maxProtocol": 4, "role": "operator", "auth": {"token": token},
            "client": {"id": "gateway-client", "version": "1", "platform": "linux", "mode": "backend"},
            "scopes": ["operator.read", "operator.write", "operator.admin"],
            "caps": ["tool-events", "session-scoped-events"],
        },
    }  # fmt: skip


@dataclass(slots=True)
class Run:
    """What the gateway said about one run: its events with their times, and its last word."""

    id: str
    key: str
    events: list[tuple[float, Frame]] = field(default_factory=list)
    end: "asyncio.Future[Frame]" = field(default_factory=asyncio.Future)

    def stream(self, name: str, phase: str | None = None) -> list[tuple[float, Frame]]:
        """Return when and with what data the events of a stream came."""
        chosen = [(at, event["data"]) for at, event in self.events if event["stream"] == name]
        return [(at, data) for at, data in chosen if phase is None or data.get("phase") == phase]


class Client:
    """One connection."""

    def __init__(self, connection: ClientConnection) -> None:
        self.hello: Frame = {}
        self._connection = connection
        self._answers: dict[str, asyncio.Future[Frame]] = {}
        self._runs: dict[str, Run] = {}

    async def request(self, method: str, within: float = 30, **params: object) -> Frame:
        """Ask and return the first answer."""
        frame = {"type": "req", "id": uuid.uuid4().hex, "method": method, "params": params}
        return await self.send(frame, within=within)

    async def send(self, frame: Frame, *, within: float = 30) -> Frame:
        """Send a frame and return the first answer to it."""
        answer = self._answers[frame["id"]] = asyncio.Future()
        await self._connection.send(json.dumps(frame))
        return await asyncio.wait_for(answer, within)

    async def run(self, agent: str, prompt: str) -> Run:
        """Start a run of an agent in a session of its own; it is accepted when this returns."""
        run = Run(id=uuid.uuid4().hex, key=f"agent:{agent}:rig-{uuid.uuid4().hex}")
        self._runs[run.id] = run
        if "sessions.messages.subscribe" in self.hello["features"]["methods"]:
            await self.request("sessions.messages.subscribe", key=run.key)
        params = {
            "message": prompt,
            "agentId": agent,
            "sessionKey": run.key,
            "idempotencyKey": run.id,
            "timeout": 120,
        }
        accepted = await self.send({"type": "req", "id": run.id, "method": "agent", "params": params})
        assert accepted["payload"]["status"] == "accepted", accepted
        return run

    async def read(self) -> None:
        """Read until the connection ends, and hand each frame to whom it concerns."""
        async for text in self._connection:
            frame = json.loads(text)
            if frame["type"] == "res":
                self._answer(frame)
            elif frame["event"] == "agent" and (run := self._runs.get(frame["payload"]["runId"])):
                run.events.append((time.monotonic(), frame["payload"]))

    def _answer(self, frame: Frame) -> None:
        answer = self._answers.get(frame["id"])
        if answer and not answer.done():
            answer.set_result(frame)
        elif (run := self._runs.get(frame["id"])) and not run.end.done():
            run.end.set_result(frame)


@asynccontextmanager
async def open_client(url: str, token: str) -> AsyncIterator[Client]:
    """Connect, shake hands, and read in the background until the block ends."""
    async with connect(url, max_size=None) as connection:
        client = Client(connection)
        reader = asyncio.create_task(client.read(), name="rig-client")
        try:
            answer = await client.send(connect_request(token))
            client.hello = answer["payload"]
            yield client
        finally:
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
