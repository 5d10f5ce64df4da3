"""The recordings that come with the package: real gateways of both protocols, building the same lamp."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from propactor.adapters.openclaw.recording.replay import ReplayedRun
from propactor.core.errors import GatewayUnavailable
from propactor.core.events import Event, TextDelta
from propactor.core.recording import Recording, encode
from propactor.core.upstream import GenerationRequest
from propactor.recordings.library import read_all
from propactor.recordings.playback_clock import PlaybackClock
from tests.recordings.test_player import served
from tests.server.service import assert_grammar, names, text
from tests.support.emitted import Emitted
from tests.support.virtual import virtual

DEMOS = read_all(None)
PROTOCOLS = [demo.header.about["protocol"] for demo in DEMOS]
EXCERPT = 1.6
"""Seconds: the first message is under way by then."""


def final(demo: Recording) -> str:
    """Return the text that the gateway gave as the answer in the end."""
    responses = (frame.data.get("payload") or {} for frame in demo.frames if frame.data.get("type") == "res")
    (result,) = (payload["result"] for payload in responses if "result" in payload)
    return str(result["payloads"][-1]["text"])


def pieces(demo: Recording) -> Iterator[tuple[float, str]]:
    """Yield what the gateway said piece by piece, and when."""
    for frame in demo.frames:
        payload = frame.data.get("payload") or {}
        if payload.get("stream") == "assistant":
            yield frame.t, payload["data"]["delta"]


def test_both_protocols() -> None:
    """There is one of each; both read like a person's wish, and are small."""
    assert sorted(PROTOCOLS) == [3, 4]
    for demo in DEMOS:
        written = b"".join(encode(demo))
        assert (demo.header.prompt, demo.header.name) == ("A glowing mushroom lamp", "GlowingMushroomLamp")
        assert b"#scenario" not in written


@pytest.mark.parametrize("demo", DEMOS, ids=[f"protocol {number}" for number in PROTOCOLS])
async def test_demo(demo: Recording) -> None:
    """A demo is a whole generation: thoughts, a tool, text to the last letter, twelve parts, a result."""
    async with served([demo]) as service:
        heard = await service.read()

    assert_grammar(heard)
    result = heard[-2].data
    assert (result["name"], result["method"], len(result["parts"])) == ("GlowingMushroomLamp", "ai", 12)
    assert names(heard).count("part") == 12
    assert text(heard).endswith(final(demo))
    assert (names(heard).count("tool_call"), names(heard).count("tool_result")) == (1, 1)
    thoughts = [one.data for one in heard if one.event == "thinking"]
    assert "mushroom" in "".join(thought["message"] for thought in thoughts)
    source = "transcript" if demo.header.about["protocol"] == 3 else "gateway"
    assert {thought["source"] for thought in thoughts} == {source}


@pytest.mark.parametrize("demo", DEMOS, ids=[f"protocol {number}" for number in PROTOCOLS])
def test_in_its_own_time(demo: Recording) -> None:
    """Played as fast as it was, each piece of text comes when it came then."""
    begun = [frame for frame in demo.frames if frame.t < next(pieces(demo))[0] + EXCERPT]
    heard: list[float] = []

    @virtual
    async def check() -> None:
        clock = asyncio.get_running_loop().time
        began = clock()

        def note(event: Event) -> None:
            if isinstance(event, TextDelta) and event.source == "gateway":
                heard.append(clock() - began)

        request = GenerationRequest("r", "j", "x", "Lamp")
        run = ReplayedRun(replace(demo, frames=begun), request, Emitted(notify=note), PlaybackClock(1.0))
        with pytest.raises(GatewayUnavailable):
            await run.finish()

    check()
    expected = [t for t, _ in pieces(replace(demo, frames=begun))]
    assert len(expected) >= 5
    assert [t for t in expected if not any(abs(t - at) < 0.01 for at in heard)] == []
    assert heard[-1] == pytest.approx(expected[-1], abs=0.01)
