"""The stream as bytes: headers, frames, heartbeats, order."""

import asyncio
import re

import pytest

from propactor.core.events import TextDelta
from propactor.testing.scripted import ScriptedUpstream, Wait
from tests.server.service import PROMPT, assert_grammar, names, service


async def test_template_streams_from_started_to_done() -> None:
    """Without a gateway the template builds the prop, and every event says so."""
    async with service() as served:
        heard = await served.read()

    assert_grammar(heard)
    result = heard[-2].data
    assert result["method"] == "template"
    assert result["filename"] == "GlowingMushroomLamp.tsx"
    assert len(result["parts"]) >= 8
    assert {one.data["source"] for one in heard if one.event in ("part", "text_delta")} == {"template"}


async def test_parts_arrive_before_the_result() -> None:
    """What the parts say before the end is what the result says at the end."""
    async with service() as served:
        heard = await served.read()

    parts = [one.data["part"] for one in heard if one.event == "part"]
    assert parts == heard[-2].data["parts"]


async def test_headers_keep_proxies_from_buffering() -> None:
    """The response carries what proxies, browsers and compressors need to know."""
    async with service() as served, served.open(headers={"Accept-Encoding": "gzip"}) as stream:
        headers = stream.answer.headers

    assert headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert headers["Cache-Control"] == "no-cache, no-store, no-transform"
    assert headers["X-Accel-Buffering"] == "no"
    assert headers["Content-Encoding"] == "identity"
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_frames_have_one_form() -> None:
    """A frame is id, event, one line of data, a blank line; only the first carries `retry`; LF only."""
    async with service() as served, served.open() as stream:
        await stream.all()

    frames = stream.raw.decode().split("\n\n")
    assert frames.pop() == ""
    assert re.fullmatch(r"retry: \d+\nid: 1\nevent: started\ndata: \{.*\}", frames[0])
    assert all(re.fullmatch(r"id: \d+\nevent: [a-z_]+\ndata: \{.*\}", frame) for frame in frames[1:])
    assert b"\r" not in stream.raw


async def test_heartbeats_fill_silence() -> None:
    """While the upstream is silent a lone comment line keeps the connection alive, and breaks no frame."""
    silent = ScriptedUpstream([Wait(0.6), TextDelta("Hello.", source="gateway")])
    async with service(silent, stream={"heartbeat_seconds": 0.1}) as served, served.open() as stream:
        heard = await stream.all()

    assert stream.raw.count(b"\n:\n") + stream.raw.count(b":\n:\n") >= 4
    assert_grammar(heard)


async def test_started_tells_where_to_come_back() -> None:
    """`started` names the stream, the snapshot and how long they can be read; no internal session."""
    async with service() as served, served.open() as stream:
        started = (await stream.next()).data

    assert started["eventsUrl"] == f"/api/creator/generations/{started['requestId']}/events"
    assert started["resumeUntil"] - started["ts"] == pytest.approx(600_000, abs=2000)
    assert re.fullmatch(r"req_[0-9a-f]{32}", started["requestId"])
    assert "sessionKey" not in started


async def test_non_streaming_call_still_answers() -> None:
    """The existing endpoint waits and answers with exactly the fields it always had, and a few more."""
    async with service() as served, served.http.post(served.at("generate-prop"), json=PROMPT) as answer:
        body = await answer.json()

    assert answer.status == 200
    assert {"name", "filename", "code", "parts", "method"} <= body.keys()


async def test_two_readers_see_the_same() -> None:
    """A second reader, who comes late, gets what the first got; one that leaves takes nothing with it."""
    slow = ScriptedUpstream(
        [TextDelta("One. ", source="gateway"), Wait(0.3), TextDelta("Two.", source="gateway")]
    )
    async with service(slow) as served, served.open() as first:
        started = await first.next()
        async with served.resume(started.data["eventsUrl"]) as leaving:
            await leaving.next()
        async with served.resume(started.data["eventsUrl"]) as second:
            heard, again = await asyncio.gather(first.all(), second.all())

    assert [one.data for one in heard] == [one.data for one in again]
    assert names(again)[-1] == "done"
