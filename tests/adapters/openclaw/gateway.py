"""A small gateway for tests: it answers what it is told to answer, and plays recorded runs."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from tests.adapters.openclaw.recordings import Recorded, hello

Json = dict[str, Any]


class Refuse(Exception):
    """An answer of the gateway that says no."""

    def __init__(self, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.error = {"code": code, "message": message, **more}


class Gateway:
    """What the small gateway does, and what it was asked."""

    def __init__(self, like: str, run: Recorded | None = None) -> None:
        self.hello = json.loads(json.dumps(hello(like)))
        self.run = run
        self.asked: list[tuple[str, Json]] = []
        self.answers: dict[str, Any] = {
            "sessions.messages.subscribe": {"subscribed": True},
            "sessions.messages.unsubscribe": {"subscribed": False},
            "sessions.patch": {"ok": True},
        }
        self.refusals: list[Refuse] = []
        self.close_code = 1008
        self.connections: list[ServerConnection] = []
        self.hold_after: int | None = None
        self.released = asyncio.Event()
        self.holding = asyncio.Event()
        self.accepts = asyncio.Event()
        self.accepts.set()
        self.skip_final = False
        self.url = ""

    def methods(self) -> list[str]:
        """Return what was asked, in order."""
        return [method for method, _ in self.asked]

    def params(self, method: str) -> Json:
        """Return what was last asked of a method."""
        return next(params for name, params in reversed(self.asked) if name == method)

    async def until_asked(self, method: str) -> None:
        """Wait until a method was asked."""
        await eventually(lambda: method in self.methods())

    async def serve(self, socket: ServerConnection) -> None:
        """Serve one connection."""
        self.connections.append(socket)
        await socket.send(
            json.dumps({"type": "event", "event": "connect.challenge", "payload": {"nonce": "n", "ts": 1}})
        )
        try:
            connect = json.loads(await socket.recv())
        except ConnectionClosed:
            return
        self.asked.append((connect["method"], connect["params"]))
        if self.refusals:
            await self.refuse(socket, connect["id"])
            return
        await answer(socket, connect["id"], self.hello)
        async with asyncio.TaskGroup() as tasks:
            async for text in socket:
                tasks.create_task(self.handle(socket, json.loads(text)))

    async def refuse(self, socket: ServerConnection, request_id: str) -> None:
        """Refuse a connection, as the list says, and hang up."""
        refusal = self.refusals.pop(0)
        await answer(socket, request_id, refusal)
        await socket.close(self.close_code, str(refusal))

    async def handle(self, socket: ServerConnection, frame: Json) -> None:
        """Answer one request."""
        method = frame["method"]
        self.asked.append((method, frame["params"]))
        if method == "agent" and self.run is not None and "agent" not in self.answers:
            await self.play(socket, frame, self.run)
            return
        given = self.answers.get(method, Refuse("INVALID_REQUEST", f"unknown method: {method}"))
        if (payload := given(frame["params"]) if isinstance(given, Callable) else given) is not None:  # type: ignore[arg-type]
            await answer(socket, frame["id"], payload)

    async def play(self, socket: ServerConnection, frame: Json, run: Recorded) -> None:
        """Play a recorded run under the id and the session that were asked for."""
        run_id = frame["params"]["idempotencyKey"]
        await self.accepts.wait()
        await send(socket, {**run.responses[0], "id": frame["id"]}, run.run_id, run_id)
        for count, payload in enumerate(run.events):
            if count == self.hold_after:
                self.holding.set()
                await self.released.wait()
            await send(socket, {"type": "event", "event": "agent", "payload": payload}, run.run_id, run_id)
        if run.final is not None and not self.skip_final:
            await send(socket, {**run.final, "id": frame["id"]}, run.run_id, run_id)


async def answer(socket: ServerConnection, request_id: str, payload: Any) -> None:
    """Send a response."""
    if isinstance(payload, Refuse):
        await socket.send(json.dumps({"type": "res", "id": request_id, "ok": False, "error": payload.error}))
    else:
        await socket.send(json.dumps({"type": "res", "id": request_id, "ok": True, "payload": payload}))


async def send(socket: ServerConnection, frame: Json, old: str, new: str) -> None:
    """Send a recorded frame with another run's id, written as gateways write: without blanks."""
    await socket.send(json.dumps(frame, separators=(",", ":")).replace(old, new))


async def eventually(true: Callable[[], bool]) -> None:
    """Wait for something to become true, but not for ever."""
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def running(gateway: Gateway) -> AsyncIterator[Server]:
    """Run a gateway on a free port."""
    async with serve(gateway.serve, "127.0.0.1", 0, compression=None) as server:
        gateway.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield server
        finally:
            gateway.released.set()
            gateway.accepts.set()
