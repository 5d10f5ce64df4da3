"""A client that reads every event once, whatever happens to its connections."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import uniform

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from propactor.client.client import Client
from propactor.client.errors import Refused, Unreachable
from propactor.client.stream_reader import TRIES
from propactor.core.backoff import Backoff
from propactor.core.entries import frame, notice
from propactor.core.events import Progress, Started
from propactor.server.local import local_server
from propactor.settings import Settings

REQUEST_ID = "req_1"
STARTED = Started("gen_1", "/elsewhere", "/elsewhere", 0)
EVENTS = [
    frame(REQUEST_ID, 1, 0, STARTED),
    *[frame(REQUEST_ID, seq, 0, Progress("accepted")) for seq in range(2, 6)],
    b'id: 6\nevent: done\ndata: {"ok": true}\n\n',
]


@dataclass(frozen=True)
class Mute:
    """Some events, or some bytes that are none, and then silence."""

    events: int
    junk: int = 0


Cut = int | Mute | web.Response
"""What one connection gets: so many events and then its end, or silence, or an answer of another kind."""


class Flaky:
    """Serves one stream, some of it on each connection, and notes what it was asked."""

    def __init__(self, *cuts: Cut) -> None:
        self.cuts = list(cuts)
        self.events = list(EVENTS)
        self.asked: list[tuple[str, str | None]] = []
        self.keys: list[str | None] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Serve from the reader's place on, as far as this connection goes."""
        place = request.headers.get("Last-Event-ID")
        self.asked.append((request.method, place))
        self.keys.append(request.headers.get("Idempotency-Key"))
        cut = self.cuts.pop(0) if self.cuts else len(EVENTS)
        if isinstance(cut, web.Response):
            return cut
        return await self._stream(request, int(place or 0), cut)

    async def _stream(self, request: web.Request, place: int, cut: int | Mute) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        mute = cut if isinstance(cut, Mute) else None
        count = cut.events if isinstance(cut, Mute) else cut
        await response.write(b"".join(self.events[place : place + count]))
        if mute is not None:
            await response.write(b"x" * mute.junk)
            await asyncio.Event().wait()  # until the client has gone
        if place + count < len(EVENTS):
            assert request.transport is not None
            request.transport.abort()
        return response


Serve = Callable[[Flaky], Awaitable[str]]


@pytest.fixture
def serve(aiohttp_server: Callable[[web.Application], Awaitable[TestServer]]) -> Serve:
    """Return a function that puts a flaky server on the network and returns its address."""

    async def start(flaky: Flaky) -> str:
        app = web.Application()
        app.router.add_post("/api/creator/generate-prop-stream", flaky.answer)
        app.router.add_get(f"/api/creator/generations/{REQUEST_ID}/events", flaky.answer)
        return str((await aiohttp_server(app)).make_url("/"))

    return start


def patient() -> Backoff:
    """Return a way to wait that takes no time."""
    return Backoff(uniform, first=0.0)


async def read(address: str, lost: Callable[[str], object] = str) -> Sequence[str | None]:
    """Read a stream to its end and return the ids."""
    async with Client(address, lost=lost, backoff=patient) as one:
        return [frame.id async for frame in one.stream({"prompt": "A lamp"})]


@pytest.mark.parametrize("cuts", [(), (1,), (5,), (2, 1, 1), (3, 0, 0, 1)])
async def test_resume(serve: Serve, cuts: Sequence[int]) -> None:
    """However the stream is cut, each event comes once, in order."""
    flaky, words = Flaky(*cuts), list[str]()

    ids = await read(await serve(flaky), words.append)

    assert ids == ["1", "2", "3", "4", "5", "6"]
    assert [method for method, _ in flaky.asked] == ["POST"] + ["GET"] * len(cuts)
    assert len(words) == len(cuts)


async def test_clean_end(serve: Serve) -> None:
    """A stream that ends politely before `done`, as a proxy may end it, isn't over."""
    piece = web.Response(body=EVENTS[0], content_type="text/event-stream")

    assert len(await read(await serve(Flaky(piece)))) == len(EVENTS)


async def test_early_loss(serve: Serve) -> None:
    """A request lost before its first event is repeated under the same key, so it can't start twice."""
    flaky = Flaky(0)

    assert len(await read(await serve(flaky))) == len(EVENTS)
    assert flaky.asked == [("POST", None), ("POST", None)]
    assert flaky.keys[0] is not None
    assert flaky.keys[0] == flaky.keys[1]


async def test_away_for_a_moment(serve: Serve) -> None:
    """A server that restarts in the middle is asked again."""
    assert len(await read(await serve(Flaky(2, web.Response(status=503))))) == len(EVENTS)


async def test_read_already(serve: Serve) -> None:
    """A server that has nothing more to say ends the stream."""
    assert await read(await serve(Flaky(5, web.Response(status=204)))) == ["1", "2", "3", "4", "5"]


async def test_notice(serve: Serve) -> None:
    """A notice without an id leaves the reader's place where it was, also at the head of a connection."""
    flaky = Flaky(2, 1)
    flaky.events[2] = notice(REQUEST_ID, 2, 0, Progress("slow_reader"))

    await read(await serve(flaky))

    assert flaky.asked == [("POST", None), ("GET", "2"), ("GET", "2")]


async def test_giving_up(serve: Serve) -> None:
    """A server that never comes back is given up, with the reason."""
    flaky = Flaky(1, *[web.Response(status=502) for _ in range(TRIES + 1)])

    with pytest.raises(Unreachable, match="did not come back: the server answered 502"):
        await read(await serve(flaky))
    assert len(flaky.asked) == TRIES + 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (web.json_response({"code": "TOO_MANY", "detail": "too many"}, status=429), r"too many \(TOO_MANY\)"),
        (web.Response(status=404), r"the server answered 404 Not Found \(HTTP_404\)"),
        (web.json_response([], status=503), r"the server answered 503"),
    ],
)
async def test_refused(serve: Serve, answer: web.Response, words: str) -> None:
    """A refusal is told in the server's words, and not repeated."""
    flaky = Flaky(answer)

    with pytest.raises(Refused, match=words):
        await read(await serve(flaky))
    assert len(flaky.asked) == 1


async def test_stranger(serve: Serve) -> None:
    """What isn't an event stream isn't read."""
    with pytest.raises(Unreachable, match="is not propactor"):
        await read(await serve(Flaky(web.Response(text="hello"))))


async def test_nobody() -> None:
    """An address where nobody ever was is told at once."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"

    with pytest.raises(Unreachable, match=f"no propactor at http://{address}: connection refused"):
        await read(address)


@pytest.mark.parametrize("address", ["ftp://x", "http://", "http://[", "http://x:99999"])
def test_addresses(address: str) -> None:
    """What can't be an address is told."""
    with pytest.raises(Unreachable, match="address"):
        Client(address)


async def test_silence(serve: Serve) -> None:
    """A stream without even a heartbeat is taken for lost, and asked for again."""
    words: list[str] = []
    flaky = Flaky(Mute(2))

    async with Client(await serve(flaky), lost=words.append, silence=0.1, backoff=patient) as one:
        ids = [frame.id async for frame in one.stream({})]

    assert len(ids) == len(EVENTS)
    assert words == ["nothing came for too long"]


async def test_token() -> None:
    """The token goes with every call."""
    settings = Settings(server={"token": "a-token"})

    async with local_server(settings) as address, Client(address, "a-token") as one:
        kinds = [frame.event async for frame in one.stream({"prompt": "A lamp"})]
        ready = await one.readiness()
        with pytest.raises(Refused, match="NOT_FOUND"):
            await one.cancel("req_unknown")

    assert kinds[-1] == "done"
    assert ready["status"] == "ok"


async def test_nobody_to_ask() -> None:
    """Calls to nobody are told like streams of nobody."""
    async with Client("http://127.0.0.1:9") as one:
        with pytest.raises(Unreachable):
            await one.cancel("req_1")
        with pytest.raises(Unreachable):
            await one.readiness()


async def test_endless_line(serve: Serve) -> None:
    """A line that doesn't end is no event stream."""
    flaky = Flaky(Mute(0, junk=17 * 2**20))

    with pytest.raises(Unreachable, match="no event stream"):
        await read(await serve(flaky))
