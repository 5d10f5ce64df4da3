"""A model's API that isn't one: either protocol over a real socket, with answers that follow a script."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from propactor.testing.model.dialects import DIALECTS, Dialect, Frame, Refusal, Stop
from propactor.testing.steps import Disconnect, Fail, Hang, Say, Step, Think, Wait, pieces

Plan = Sequence[Step]
Script = Plan | Callable[[Mapping[str, Any]], Plan]
KEY = "TEST-KEY"
_HEADERS = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}


class FakeModel:
    """``async with FakeModel("openai", [Think("Hm."), Say("Hi")]) as model: ...``.

    ``script`` is what every answer does, or a function from the body of the request to that; an answer that
    reaches the end of its script stops, as an answer should. ``gone`` is set when somebody hangs up before.
    """

    def __init__(
        self, api: str = "openai", script: Script = (), *, key: str = KEY, names: Sequence[str] = ("fake-1",)
    ) -> None:
        self.api, self.script, self.key, self.names = api, script, key, tuple(names)
        self.asked: list[dict[str, Any]] = []
        self.gone = asyncio.Event()
        self.port = 0
        self._dialect = DIALECTS[api]
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Return the base address, as a configuration wants it."""
        return f"http://127.0.0.1:{self.port}{self._dialect.base}"

    async def __aenter__(self) -> Self:
        """Listen."""
        app = web.Application()
        app.add_routes([web.post(self._dialect.path, self._answer), web.get("/v1/models", self._list)])
        # Without handler_cancellation it would be noticed only at the next write that somebody hung up.
        self._runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        """Hang up on everybody."""
        assert self._runner is not None, "it listened"
        await self._runner.cleanup()

    async def _list(self, request: web.Request) -> web.Response:
        """Name the models."""
        refusal = self._stranger(request)
        data = [{"id": name, "object": "model", "type": "model", "created": 1} for name in self.names]
        return self._refuse(refusal) if refusal else web.json_response({"data": data, "has_more": False})

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a request, or refuse it."""
        body = await request.json()
        self.asked.append(body)
        plan = self.script(body) if callable(self.script) else self.script
        first = self._stranger(request) or next(iter(plan), None)
        if isinstance(first, Refusal):
            await asyncio.sleep(first.at or 0)
            return self._refuse(first)
        try:
            return await self._stream(request, plan)
        except (asyncio.CancelledError, ConnectionError):
            self.gone.set()
            raise

    def _stranger(self, request: web.Request) -> Refusal | None:
        """Refuse whoever doesn't know the key, and repeat what they said, as careless servers do."""
        said = request.headers.get("x-api-key") or request.headers.get("Authorization") or ""
        key = said.removeprefix("Bearer ")
        return None if key == self.key else Refusal(status=401, message=f"invalid key: {key}")

    def _refuse(self, refusal: Refusal) -> web.Response:
        body = self._dialect.error(refusal.message)
        return web.json_response(body, status=refusal.status, headers=refusal.headers)

    async def _stream(self, request: web.Request, plan: Plan) -> web.StreamResponse:
        response = web.StreamResponse(headers=_HEADERS)
        await response.prepare(request)
        answer = self._dialect()
        began = time.monotonic()
        for step in (*plan, Stop()):
            await asyncio.sleep(began + step.at - time.monotonic() if step.at is not None else 0)
            if isinstance(step, Disconnect):
                assert request.transport is not None, "somebody asked"
                request.transport.abort()
                break
            async for piece in _play(step, answer):
                await response.write(piece)
            if isinstance(step, Fail | Stop):
                break
        return response


async def _play(step: Step, answer: Dialect) -> AsyncIterator[bytes]:
    """Yield what a step puts on the wire, when its time has come."""
    match step:
        case Think(text, rate) | Say(text, rate):
            tell = answer.think if isinstance(step, Think) else answer.say
            for piece in pieces(text) if rate else (text,):
                yield tell(piece)
                await asyncio.sleep(1 / rate if rate else 0)
        case Wait(seconds):
            await asyncio.sleep(seconds)
        case Hang():
            await asyncio.Event().wait()
        case Fail(message):
            yield answer.fail(message)
        case Frame(data):
            yield data
        case Stop(reason):
            yield answer.stop(reason)
