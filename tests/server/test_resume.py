"""Coming back: nothing is lost, nothing is doubled, and an end is an end."""

import asyncio

from propactor.core.events import TextDelta, Thinking
from propactor.testing.scripted import ScriptedUpstream, Wait
from tests.server.service import PROMPT, Heard, Service, names, service

WORDS = [TextDelta(f"word{n} ", source="gateway") for n in range(5)]


async def test_every_cut_point_resumes_the_original() -> None:
    """For every place to come back to, what was read before and what comes after is the whole."""
    async with service() as served:
        heard = await served.read()
        url = heard[0].data["eventsUrl"]
        tails = [await _tail(served, url, last) for last in range(len(heard))]

    whole = [one.data for one in heard]
    assert all(whole[:last] + tail == whole for last, tail in enumerate(tails))


async def _tail(served: Service, url: str, last: int) -> list[object]:
    async with served.resume(url, last) as stream:
        return [one.data for one in await stream.all()]


async def test_resume_right_after_started() -> None:
    """A reader that loses its connection before the first word comes back to a live stream."""
    upstream = ScriptedUpstream([Wait(0.3), *WORDS])
    async with service(upstream) as served:
        async with served.open() as stream:
            started = await stream.next()
        async with served.resume(started.data["eventsUrl"], 1) as again:
            heard = await again.all()

    assert heard[0].data["seq"] == 2
    assert names(heard)[-1] == "done"


async def test_finished_and_read_is_204() -> None:
    """A browser that reconnects to a finished stream it has read is told to stop."""
    async with service() as served:
        heard = await served.read()
        async with served.resume(heard[0].data["eventsUrl"], len(heard)) as stream:
            assert stream.answer.status == 204


async def test_cursor_in_the_query() -> None:
    """A first request can say where to begin too, in the query."""
    async with service() as served:
        heard = await served.read()
        async with served.resume(f"{heard[0].data['eventsUrl']}?last_event_id=3") as stream:
            assert (await stream.next()).data["seq"] == 4


async def test_strange_cursors_are_refused() -> None:
    """A cursor that isn't ours is an error, never a silent start from the beginning."""
    async with service() as served:
        heard = await served.read()
        url = heard[0].data["eventsUrl"]
        statuses = [(await served.get(f"{url}?last_event_id={c}"))[0] for c in ("abc", "-1", "1e3", "99999")]

    assert statuses == [400, 400, 400, 400]


async def test_expired_cursor_is_410() -> None:
    """When a generation is no longer kept, a cursor is gone and the rest isn't found."""
    async with service(stream={"retain_seconds": 0.05}) as served:
        started: Heard = (await served.read())[0]
        async with asyncio.timeout(5):
            while (await served.get(started.data["stateUrl"]))[0] != 404:
                await asyncio.sleep(0)
        status, problem = await served.get(f"{started.data['eventsUrl']}?last_event_id=1")

    assert (status, problem["code"]) == (410, "CURSOR_EXPIRED")


async def test_async_mode_answers_with_the_address() -> None:
    """`mode: async` says at once where the stream is, for an EventSource, which can't POST."""
    async with service() as served:
        body = PROMPT | {"mode": "async"}
        async with served.http.post(served.at("generate-prop-stream"), json=body) as answer:
            where = await answer.json()
        async with served.resume(where["eventsUrl"]) as stream:
            heard = await stream.all()

    assert answer.status == 202
    assert answer.headers["Location"] == where["eventsUrl"]
    assert (names(heard)[0], names(heard)[-1]) == ("started", "done")


async def test_same_key_attaches() -> None:
    """A repeated request with the same key joins the first generation and starts nothing."""
    upstream = ScriptedUpstream([Wait(0.2), *WORDS])
    key = {"Idempotency-Key": "key-1"}
    async with service(upstream) as served, served.open(headers=key) as first:
        one = await first.next()
        async with served.open(headers=key) as second:
            two = await second.next()
        async with served.open(headers=key, body={"prompt": "Another"}) as third:
            conflict = third.answer.status

    assert one.data["requestId"] == two.data["requestId"]
    assert conflict == 409


async def test_repost_with_last_event_id_resumes() -> None:
    """A helper that re-POSTs with `Last-Event-ID` after a network error resumes instead of paying twice."""
    upstream = ScriptedUpstream([Thinking("Hm.", source="gateway"), Wait(0.3), *WORDS])
    async with service(upstream) as served:
        async with served.open() as stream:
            started = await stream.next()
        async with served.open(headers={"Last-Event-ID": "1"}) as again:
            heard = await again.all()

    assert heard[0].data["seq"] == 2
    assert heard[0].data["requestId"] == started.data["requestId"]
