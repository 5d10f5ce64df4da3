"""From the first frame of a client to its last."""

import asyncio
import contextlib
from typing import TYPE_CHECKING

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from propactor.core import jsontext
from propactor.testing.gateway import frames, hello, methods
from propactor.testing.gateway.connection import Connection
from propactor.testing.gateway.frames import Json
from propactor.testing.gateway.handshake import Door, Grant, Refusal, read_connect

if TYPE_CHECKING:
    from propactor.testing.gateway.server import FakeGateway


async def welcome(gateway: "FakeGateway", socket: ServerConnection) -> None:
    """Serve one client."""
    with contextlib.suppress(ConnectionClosed, TimeoutError):
        challenge = jsontext.dumps(hello.challenge(gateway.profile))
        await socket.send(frames.event("connect.challenge", challenge).decode())
        async with asyncio.timeout(gateway.profile.handshake_timeout):
            first = await socket.recv()
        await _let_in(gateway, socket, first)


async def _let_in(gateway: "FakeGateway", socket: ServerConnection, first: str | bytes) -> None:
    """Open the door, or say why not."""
    longest = gateway.profile.max_first_frame
    if longest is not None and len(first) > longest:
        await socket.close(1009)
        return
    request_id, verdict = _judge(gateway, socket, first)
    if isinstance(verdict, Grant) and request_id is not None:
        await _serve(gateway, socket, request_id, verdict)
    elif isinstance(verdict, Refusal):
        if verdict.error and request_id is not None:
            await socket.send(frames.response(request_id, error=verdict.error).decode())
        await socket.close(verdict.close, verdict.reason)


def _judge(
    gateway: "FakeGateway", socket: ServerConnection, first: str | bytes
) -> tuple[str | None, Grant | Refusal]:
    request_id, params = read_connect(first)
    if isinstance(params, Refusal):
        return request_id, params
    gateway.note("connect", params)
    if gateway.starting:
        gateway.starting -= 1
        return request_id, _booting(gateway.retry_after_ms)
    origin = socket.request.headers.get("Origin") if socket.request else None
    return request_id, Door(gateway.profile, gateway.token).judge(params, origin)


def _booting(retry_after_ms: int) -> Refusal:
    more: Json = {
        "retryable": True,
        "retryAfterMs": retry_after_ms,
        "details": {"reason": "startup-sidecars"},
    }
    return Refusal(frames.error("UNAVAILABLE", "gateway starting; retry shortly", **more), 1013)


async def _serve(gateway: "FakeGateway", socket: ServerConnection, request_id: str, grant: Grant) -> None:
    """Answer a client's requests until it leaves."""
    profile, agents = gateway.profile, gateway.agents
    client = Connection(socket, grant, profile)
    methods_offered = methods.offered(profile)
    welcome_payload = hello.hello(
        profile, grant, gateway.house, methods=methods_offered, agents=agents, tick=gateway.tick
    )
    client.respond(request_id, welcome_payload)
    client.tell("health", hello.health(profile, agents), gateway.audience.seq)
    client.flush()
    gateway.audience.connections.add(client)
    gateway.changed()
    try:
        async for message in socket:
            _receive(gateway, client, message)
    finally:
        gateway.audience.connections.discard(client)
        gateway.changed()


def _receive(gateway: "FakeGateway", client: Connection, message: str | bytes) -> None:
    """Answer one request. What isn't JSON is ignored, what isn't a request is refused."""
    try:
        frame = jsontext.loads(message)
    except ValueError:
        return
    if isinstance(frame, dict) and isinstance(frame.get("id"), str) and "method" in frame:
        params = frame.get("params") or {}
        gateway.note(frame["method"], params)
        methods.dispatch(methods.Call(gateway, client, frame["id"], params), frame["method"])
    else:
        fault = frames.error("INVALID_REQUEST", "invalid request frame: must have required properties")
        client.respond("invalid", None, fault)
    gateway.audience.flush()
