"""A fake model server: both APIs over a real socket, with answers that follow a script."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from types import TracebackType
from typing import Any, Literal, Self

from aiohttp import web

from propactor.testing.model.dialects import DIALECTS, Dialect
from propactor.testing.model.prompts import Body, by_prompt, newest_prompt, next_answer
from propactor.testing.model.steps import Frame, Refusal, Stop
from propactor.testing.steps import Disconnect, Fail, Hang, Say, Step, Think, UseTool, Wait, pieces

Script = Sequence[Step] | Callable[[Body], Sequence[Step]]
"""What every answer does, or a function from the body of the request to that."""
Progress = Literal["request", "streaming", "end", "client-gone"]
"""What can be observed of an answer: it is asked for, has begun, has ended, or its reader has hung up."""
KEY = "TEST-KEY"
_HEADERS = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}
_LONGEST_REQUEST = 64 << 20
"""Bytes. aiohttp takes one MiB by default, which a gateway's prompt with its tools can exceed."""


class FakeModel:
    """Speaks the API of a model on 127.0.0.1: OpenAI's chat completions and Anthropic's messages.

    What an answer does is a script, a list of steps as for `FakeGateway`, plus ``Refusal`` (an HTTP status),
    ``Stop`` (an unusual reason for the end) and ``Frame`` (raw bytes) from `propactor.testing.model.steps`::

        from propactor.testing import FakeModel
        from propactor.testing.steps import Say, Think

        script = [Think("Hm."), Say("export function Lamp() { ... }", rate=40)]
        async with FakeModel("openai", script) as model:
            print(model.url, model.key)  # for [model] base_url and api_key; model may be any name
        print(model.asked)  # the body of every request

    A `UseTool` ends an answer with a tool call; the request that brings the tool's result gets what follows
    in the script. An answer that reaches the end of its script stops, as an answer should. Without a script
    the prompt decides, as for `FakeGateway`: ``#scenario=prop #rate=40`` writes a prop at 40 pieces a second,
    ``#scenario=error429`` refuses with that HTTP status.

    ``gone`` is set when somebody hangs up before the end of an answer.
    """

    def __init__(
        self,
        api: str = "openai",
        script: Script = by_prompt,
        *,
        key: str = KEY,
        names: Sequence[str] = ("fake-1",),
        observe: Callable[[Progress, Body], None] | None = None,
    ) -> None:
        """Don't listen yet: that begins with ``async with``.

        Args:
            api: ``openai`` or ``anthropic``: which address ``url`` is. Both APIs are served in any case.
            script: what every answer does, or a function from the body of the request to that.
            key: the API key that clients have to know.
            names: the models that it says it has; any name is answered.
            observe: if given, called with what happens to each answer, and with the body of its request.
        """
        self.api, self.script, self.key, self.names = api, script, key, tuple(names)
        self.asked: list[dict[str, Any]] = []
        self.gone = asyncio.Event()
        self.port = 0
        self._observe = observe or _ignore
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """Return the base address of the API, as a configuration wants it."""
        return self.root + DIALECTS[self.api].base

    @property
    def root(self) -> str:
        """Return the address without a path."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        """Listen on any free port."""
        app = web.Application(client_max_size=_LONGEST_REQUEST)
        app.add_routes(
            [web.post(dialect.path, partial(self._answer, dialect)) for dialect in DIALECTS.values()]
        )
        app.add_routes([web.get("/v1/models", self._list)])
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
        refusal = self._check_key(request)
        if refusal:
            return _refuse(DIALECTS[self.api], refusal)
        data = [{"id": name, "object": "model", "type": "model", "created": 1} for name in self.names]
        return web.json_response({"data": data, "has_more": False})

    async def _answer(self, dialect: type[Dialect], request: web.Request) -> web.StreamResponse:
        """Answer a request, or refuse it."""
        body = await request.json()
        self.asked.append(body)
        self._observe("request", body)
        steps = self._steps(body)
        first = self._check_key(request) or next(iter(steps), None)
        if isinstance(first, Refusal):
            await asyncio.sleep(first.at or 0)
            return _refuse(dialect, first)
        try:
            response = await self._stream(request, dialect(body.get("model") or self.names[0]), steps, body)
        except (asyncio.CancelledError, ConnectionError):
            self.gone.set()
            self._observe("client-gone", body)
            raise
        self._observe("end", body)
        return response

    def _steps(self, body: Body) -> Sequence[Step]:
        script = self.script(body) if callable(self.script) else self.script
        return next_answer(script, newest_prompt(body).results)

    def _check_key(self, request: web.Request) -> Refusal | None:
        """Refuse whoever doesn't know the key, and repeat what they said, as careless servers do."""
        said = request.headers.get("x-api-key") or request.headers.get("Authorization") or ""
        key = said.removeprefix("Bearer ")
        return None if key == self.key else Refusal(status=401, message=f"invalid key: {key}")

    async def _stream(
        self, request: web.Request, answer: Dialect, steps: Sequence[Step], body: Body
    ) -> web.StreamResponse:
        response, pace, begun = web.StreamResponse(headers=_HEADERS), Pace(), False
        await response.prepare(request)
        for step in (*steps, Stop()):
            await pace.reach(step.at)
            if isinstance(step, Disconnect):
                assert request.transport is not None, "somebody asked"
                request.transport.abort()
                break
            async for piece in _play(step, answer, pace):
                await response.write(piece)
                if not begun:
                    begun = True
                    self._observe("streaming", body)
            if isinstance(step, Fail | Stop):
                break
        return response


class Pace:
    """Waits for when things are due: what is late doesn't delay what follows."""

    def __init__(self) -> None:
        self._clock = asyncio.get_running_loop().time
        self._begun = self._due = self._clock()

    async def reach(self, at: float | None) -> None:
        """Wait until so many seconds have passed since the beginning."""
        if at is not None:
            self._due = max(self._due, self._begun + at)
        await self.wait(0)

    async def wait(self, seconds: float) -> None:
        """Wait until so many seconds have passed since the last thing was due."""
        self._due += seconds
        await asyncio.sleep(max(0, self._due - self._clock()))


async def _play(step: Step, answer: Dialect, pace: Pace) -> AsyncIterator[bytes]:
    """Yield what a step puts on the wire, when its time has come."""
    match step:
        case Think(text, rate) | Say(text, rate):
            tell = answer.think if isinstance(step, Think) else answer.say
            for piece in pieces(text) if rate else (text,):
                yield tell(piece)
                await pace.wait(1 / rate if rate else 0)
        case Wait(seconds):
            await pace.wait(seconds)
        case Hang():
            await asyncio.Event().wait()
        case _:
            if encoded := _encode(step, answer):
                yield encoded


def _encode(step: Step, answer: Dialect) -> bytes:
    """Return what a step that takes no time is on the wire; what only gateways do is nothing here."""
    match step:
        case UseTool():
            return answer.use(step)
        case Fail(message):
            return answer.fail(message)
        case Frame(data):
            return data
        case Stop(reason):
            return answer.stop(reason)
    return b""


def _ignore(*_: object) -> None:
    """Observe nothing."""


def _refuse(dialect: type[Dialect], refusal: Refusal) -> web.Response:
    body = dialect.error(refusal.message)
    return web.json_response(body, status=refusal.status, headers=refusal.headers)
