"""A model server on loopback that says what the prompt tells it to say, and remembers who hung up.

It runs in a thread with a loop of its own, so that it outlives a test and its loop.
"""

import asyncio
import threading
import time
from functools import partial
from types import TracebackType

from aiohttp import web

from tests.rig.dialects import DIALECTS, Dialect
from tests.rig.log import Log
from tests.rig.scenarios import FAILURES, Drop, Hang, Order, read_order, steps

FOREVER = 3600
HEADERS = {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"}


class Model:
    """The server; use it as a context manager. ``log`` tells what it saw."""

    def __init__(self) -> None:
        self.log = Log()
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="rig-model", daemon=True)

    @property
    def url(self) -> str:
        """Return the address without a path."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Model":
        self._thread.start()
        self._runner = asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(timeout=10)
        self.port = self._runner.addresses[0][1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    async def _start(self) -> web.AppRunner:
        app = web.Application(client_max_size=64 << 20)
        app.add_routes([web.post(dialect.path, partial(self._call, dialect)) for dialect in DIALECTS])
        # Without handler_cancellation a gateway that hangs up is noticed only at the next write.
        runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner

    async def _call(self, dialect: Dialect, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        order = read_order(body.get("messages", []))
        self.log.add("request", order, body)
        if status := FAILURES.get(order.scenario):
            return web.json_response(
                dialect.failure(f"the rig was told to fail with {status}"), status=status
            )
        try:
            response = await self._stream(dialect, request, order, model=body.get("model", ""))
        except (ConnectionError, asyncio.CancelledError):
            self.log.add("client-gone", order)
            raise
        self.log.add("end", order)
        return response

    async def _stream(
        self, dialect: Dialect, request: web.Request, order: Order, *, model: str
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers=HEADERS)
        await response.prepare(request)
        started = time.monotonic()
        for index, frame in enumerate(dialect.stream(model, steps(order))):
            await asyncio.sleep(started + index / order.rate - time.monotonic())
            if isinstance(frame, Drop):
                drop(request)
                break
            await send(frame, response)
            if index == 0:
                self.log.add("streaming", order)
        return response


async def send(frame: bytes | Hang, response: web.StreamResponse) -> None:
    """Write a frame, or write nothing for as long as anybody waits."""
    if isinstance(frame, Hang):
        await asyncio.sleep(FOREVER)
    else:
        await response.write(frame)


def drop(request: web.Request) -> None:
    """Break the connection under the response."""
    if request.transport is not None:
        request.transport.abort()
