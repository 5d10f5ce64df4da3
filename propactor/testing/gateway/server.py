"""The socket of a fake gateway: listens, ticks, and serves each client from its first frame to its last."""

import asyncio
import contextlib
from collections.abc import Callable
from http import HTTPStatus

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request as Upgrade
from websockets.http11 import Response

from propactor.core import jsontext
from propactor.testing.gateway import frames, hello, methods
from propactor.testing.gateway.connections import Connection
from propactor.testing.gateway.handshake import Admission, Grant, Refusal, read_connect
from propactor.testing.gateway.hello import GatewayProcess
from propactor.testing.gateway.methods import Call, Context
from propactor.testing.gateway.sessions import now_ms


class GatewayServer:
    """Listens on 127.0.0.1, between `start` and `stop`."""

    def __init__(
        self,
        context: Context,
        admission: Admission,
        process: GatewayProcess,
        *,
        tick: float,
        is_down: Callable[[], bool],
    ) -> None:
        """Don't listen yet.

        Args:
            context: what the methods work on.
            admission: decides who may connect.
            process: what ``hello`` says of the process.
            tick: seconds between two ``tick`` events.
            is_down: whether connections are refused with HTTP 503.
        """
        self._context, self._services = context, context.services
        self._admission, self._process = admission, process
        self._tick, self._is_down = tick, is_down
        self._server: Server | None = None

    async def start(self, port: int) -> int:
        """Listen on a port, on any free one if it is 0, and return it."""
        self._server = await serve(
            self._serve,
            "127.0.0.1",
            port,
            process_request=self._check_upgrade,
            compression=None,
            ping_interval=None,
            max_size=int(self._services.profile.policy["maxPayload"]),
            close_timeout=1,
        )
        self._schedule_tick()
        bound: int = next(iter(self._server.sockets)).getsockname()[1]
        return bound

    async def stop(self) -> None:
        """Cut every line, and listen no more."""
        for connection in self._services.connections:
            connection.drop()
        if self._server:
            self._server.close()
            await self._server.wait_closed()

    def _schedule_tick(self) -> None:
        self._services.scheduler.after(self._tick, self._send_tick)

    def _send_tick(self) -> None:
        self._services.connections.broadcast("tick", {"ts": now_ms()})
        self._schedule_tick()

    def _check_upgrade(self, socket: ServerConnection, request: Upgrade) -> Response | None:
        """Refuse what real gateways refuse before the first frame."""
        if self._is_down():
            return socket.respond(HTTPStatus.SERVICE_UNAVAILABLE, "gateway shutting down\n")
        if self._services.profile.refuses_proxies and "X-Forwarded-For" in request.headers:
            return socket.respond(HTTPStatus.FORBIDDEN, "forbidden\n")
        return None

    async def _serve(self, socket: ServerConnection) -> None:
        """Serve one client."""
        profile = self._services.profile
        with contextlib.suppress(ConnectionClosed, TimeoutError):
            challenge = jsontext.dumps(hello.challenge(profile))
            await socket.send(frames.event("connect.challenge", challenge).decode())
            async with asyncio.timeout(profile.handshake_timeout):
                first = await socket.recv()
            await self._shake_hands(socket, first)

    async def _shake_hands(self, socket: ServerConnection, first: str | bytes) -> None:
        """Let a client in by its first frame, or refuse it."""
        longest = self._services.profile.max_first_frame
        if longest is not None and len(first) > longest:
            await socket.close(1009)
            return
        request_id, verdict = self._judge(socket, first)
        if isinstance(verdict, Grant) and request_id is not None:
            await self._answer_requests(socket, request_id, verdict)
        elif isinstance(verdict, Refusal):
            if verdict.error and request_id is not None:
                await socket.send(frames.response(request_id, error=verdict.error).decode())
            await socket.close(verdict.close, verdict.reason)

    def _judge(self, socket: ServerConnection, first: str | bytes) -> tuple[str | None, Grant | Refusal]:
        request_id, params = read_connect(first)
        if isinstance(params, Refusal):
            return request_id, params
        self._services.activity.add_request("connect", params)
        origin = socket.request.headers.get("Origin") if socket.request else None
        return request_id, self._admission.admit(params, origin)

    async def _answer_requests(self, socket: ServerConnection, request_id: str, grant: Grant) -> None:
        """Answer a client's requests until it leaves."""
        services = self._services
        client = Connection(socket, grant, services.profile)
        self._greet(client, request_id)
        services.connections.add(client)
        services.activity.notify()
        try:
            async for message in socket:
                self._receive(client, message)
        finally:
            services.connections.remove(client)
            services.activity.notify()

    def _greet(self, client: Connection, request_id: str) -> None:
        profile, agents = self._services.profile, self._context.agents
        offered = methods.offered(profile)
        client.respond(
            request_id,
            hello.hello(
                profile, client.grant, self._process, methods=offered, agents=agents, tick=self._tick
            ),
        )
        client.send_event("health", hello.health(profile, agents), self._services.connections.seq)
        client.flush()

    def _receive(self, client: Connection, message: str | bytes) -> None:
        """Answer one request. What isn't JSON is ignored, what isn't a request is refused."""
        try:
            frame = jsontext.loads(message)
        except ValueError:
            return
        if isinstance(frame, dict) and isinstance(frame.get("id"), str) and "method" in frame:
            params = frame.get("params") or {}
            self._services.activity.add_request(frame["method"], params)
            methods.dispatch(Call(self._context, client, frame["id"], params), frame["method"])
        else:
            fault = frames.error("INVALID_REQUEST", "invalid request frame: must have required properties")
            client.respond("invalid", None, fault)
        self._services.connections.flush()
