"""A service on a real socket, and a reader that notes when each event came."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from propactor.actors.upstreams import Upstreams
from propactor.adapters.template import TemplateUpstream
from propactor.core.sse import Decoder
from propactor.core.upstream import Upstream
from propactor.server.app import make_app
from propactor.settings import Settings

BASE = "/api/creator"
PROMPT = {"prompt": "A glowing mushroom lamp"}


@dataclass(frozen=True)
class Heard:
    """An event a reader got, ``at`` seconds after it asked."""

    at: float
    id: int | None
    event: str
    data: Mapping[str, Any]


@dataclass
class Service:
    """A running service; ``heard`` of a stream is filled while it is read."""

    url: str
    app: web.Application
    http: aiohttp.ClientSession
    headers: dict[str, str] = field(default_factory=dict)

    def at(self, path: str) -> str:
        """Return the address of a path."""
        return self.url + (path if path.startswith("/") else f"{BASE}/{path}")

    @asynccontextmanager
    async def open(self, **wishes: Any) -> AsyncIterator["Stream"]:
        """POST a generation and read its stream."""
        body, headers = PROMPT | wishes.pop("body", {}), wishes.pop("headers", {})
        asked_at = time.monotonic()
        async with self.http.post(self.at("generate-prop-stream"), json=body, headers=headers) as answer:
            yield Stream(answer, asked_at)

    @asynccontextmanager
    async def resume(self, url: str, last: int | None = None) -> AsyncIterator["Stream"]:
        """GET a stream from a place on."""
        headers = {} if last is None else {"Last-Event-ID": str(last)}
        async with self.http.get(self.at(url), headers=headers) as answer:
            yield Stream(answer, time.monotonic())

    async def read(self, **wishes: Any) -> list[Heard]:
        """POST a generation and read it to its end."""
        async with self.open(**wishes) as stream:
            return await stream.all()

    async def get(self, path: str) -> tuple[int, Any]:
        """GET JSON."""
        async with self.http.get(self.at(path)) as answer:
            return answer.status, await answer.json(content_type=None)

    async def delete(self, path: str) -> tuple[int, Any]:
        """DELETE, and read the JSON that comes back."""
        async with self.http.delete(self.at(path)) as answer:
            return answer.status, await answer.json(content_type=None)


class Stream:
    """Events from one response, as they come."""

    def __init__(self, answer: aiohttp.ClientResponse, asked_at: float) -> None:
        self.answer = answer
        self.heard: list[Heard] = []
        self.raw = b""
        self._asked_at = asked_at
        self._decoder = Decoder()
        self._fresh: list[Heard] = []

    async def next(self, within: float = 10.0) -> Heard:
        """Return the next event.

        Raises:
            EOFError: the stream ended.
            TimeoutError: nothing came.
        """
        async with asyncio.timeout(within):
            while not self._fresh:
                await self._fetch()
        return self._fresh.pop(0)

    async def _fetch(self) -> None:
        piece = await self.answer.content.readany()
        if not piece:
            raise EOFError
        self.raw += piece
        at = time.monotonic() - self._asked_at
        for frame in self._decoder.feed(piece):
            number = int(frame.id) if frame.id else None
            self._fresh.append(Heard(at, number, frame.event, json.loads(frame.data)))
            self.heard.append(self._fresh[-1])

    async def until(self, event: str, within: float = 10.0, **fields: Any) -> Heard:
        """Read up to the first event of this name that has these fields."""
        async with asyncio.timeout(within):
            while True:
                heard = await self.next(within)
                if heard.event == event and fields.items() <= heard.data.items():
                    return heard

    async def all(self, within: float = 30.0) -> list[Heard]:
        """Read to the end; return everything heard from the beginning."""
        async with asyncio.timeout(within):
            try:
                while True:
                    await self.next(within)
            except EOFError:
                return self.heard


@asynccontextmanager
async def service(upstream: Upstream | None = None, /, **tables: Mapping[str, Any]) -> AsyncIterator[Service]:
    """Run the application with these settings; ``upstream`` takes the gateway's place."""
    settings = Settings.model_validate({"server": {"port": 0}, **tables})
    chosen: dict[str, Upstream] = {"template": TemplateUpstream()}
    if upstream is not None:
        chosen["openclaw"] = upstream
    app = make_app(settings, Upstreams(settings, chosen) if upstream is not None else None)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with aiohttp.ClientSession() as http:
            yield Service(url, app, http)
    finally:
        await runner.cleanup()


def names(heard: Sequence[Heard]) -> list[str]:
    """Return the names of events."""
    return [one.event for one in heard]


def text(heard: Sequence[Heard]) -> str:
    """Join the text as a reader should: deltas in order, from the last one that starts over."""
    said = ""
    for one in heard:
        if one.event == "text_delta":
            said = one.data["delta"] if one.data.get("replace") else said + one.data["delta"]
    return said


def assert_grammar(heard: Sequence[Heard]) -> None:
    """Check that a whole stream is ``started … (result|error) done``, numbered from 1 without gaps."""
    kinds = names(heard)
    assert kinds[0] == "started"
    assert kinds[-1] == "done"
    assert kinds[-2] in ("result", "error")
    assert not {"started", "result", "error", "done"} & set(kinds[1:-2])
    assert [one.data["seq"] for one in heard] == list(range(1, len(heard) + 1))
