"""Recorded runs, played again to the real reader of gateways."""

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest

from propactor.adapters.openclaw.recording import replay
from propactor.core.errors import GatewayUnavailable, PropactorError, UpstreamError
from propactor.core.events import Event, TextDelta
from propactor.core.recording import BadRecording, decode, encode
from propactor.core.upstream import Reply
from propactor.recordings.playback_clock import PlaybackClock
from propactor.testing.scenarios import SCENARIOS, ScenarioOptions
from propactor.testing.steps import Fail, Say, Step, Think, UseTool
from tests.adapters.openclaw.recording.made import (
    Told,
    answer,
    beginning,
    by_hand,
    final,
    frame,
    play,
    record,
    request,
    says,
)
from tests.support.emitted import Emitted
from tests.support.virtual import nothing_left, virtual

SCRIPT: list[Step] = [
    Think("I think of a lamp."),
    Say("Let me look."),
    UseTool("read", {"path": "x"}, "found"),
    Say("Here it is."),
]
PIECES = [frame(1.0, "in", says("a", "a")), frame(2.5, "in", says("ab", "b")), frame(3.0, "in", final("ab"))]


@pytest.mark.parametrize("protocol", [3, 4])
@pytest.mark.parametrize(
    "script", [SCRIPT, SCENARIOS["prop"](ScenarioOptions(rate=3000)), [Fail("it burns")]]
)
async def test_as_it_was(protocol: int, script: list[Step]) -> None:
    """What is played, after having been written and read, is what was heard: every event, and the end."""
    recording, told = await record(script, protocol)

    again = await play(decode(encode(recording)))

    assert again.plain == told.plain
    assert told.events


async def test_failure() -> None:
    """A run that failed fails again, with the same words."""
    recording, _ = await record([Fail("it burns")])

    again = await play(recording)

    assert isinstance(again.end, UpstreamError)
    assert "it burns" in again.end.message


@pytest.mark.parametrize(("speed", "times"), [(1.0, [1.0, 2.5]), (2.0, [0.5, 1.25]), (0.1, [10.0, 25.0])])
def test_timing(speed: float, times: list[float]) -> None:
    """Each frame comes when it came then, or sooner, or later, by the speed."""

    @virtual
    async def check() -> None:
        clock, heard = asyncio.get_running_loop().time, list[float]()
        began = clock()

        def note(event: Event) -> None:
            if isinstance(event, TextDelta):
                heard.append(clock() - began)

        run = replay.ReplayedRun(
            replay.opened(by_hand(*PIECES)), request(), Emitted(notify=note), PlaybackClock(speed)
        )
        assert await run.finish() == Reply("ab")
        assert heard == pytest.approx(times)

    check()


@virtual
async def test_as_fast_as_possible() -> None:
    """At full speed the order is kept and nothing is waited for."""
    clock = asyncio.get_running_loop().time
    began = clock()

    told = await play(by_hand(*PIECES))

    assert told.text == "ab"
    assert clock() == began


async def test_stamped_now() -> None:
    """Pieces of text say that they were said now: how long they take to a reader can be measured."""
    told = await play(by_hand(*PIECES))

    stamps = [event.at for event in told.events if isinstance(event, TextDelta)]
    assert all(stamp and abs(stamp / 1000 - time.time()) < 10 for stamp in stamps)


@virtual
async def test_stop() -> None:
    """A recording can be stopped at any time, which is confirmed; nothing of it goes on."""
    told = Told()
    run = replay.ReplayedRun(replay.opened(by_hand(*PIECES)), request(), told.events, PlaybackClock(1.0))
    task = asyncio.create_task(run.finish())
    await asyncio.sleep(2)

    assert await run.stop()
    with pytest.raises(PropactorError):
        await task
    assert told.text == "a"
    await nothing_left()


@virtual
async def test_stop_before_the_start() -> None:
    """A run that never began is stopped, too."""
    run = replay.ReplayedRun(replay.opened(by_hand(*PIECES)), request(), Emitted(), PlaybackClock(1.0))

    assert await run.stop()


@virtual
async def test_lost_connection() -> None:
    """Where the recording loses its connection and it never comes back, the run fails as it did."""
    closed = {"type": "closed", "message": "closed with 1006"}

    told = await play(by_hand(frame(1.0, "in", says("a", "a")), frame(2.0, "in", closed)))

    assert isinstance(told.end, GatewayUnavailable)


@virtual
async def test_torn_recording() -> None:
    """A recording that ends before the run does fails the run, instead of leaving it waiting."""
    told = await play(by_hand(frame(1.0, "in", says("a", "a"))))

    assert isinstance(told.end, GatewayUnavailable)


@virtual
async def test_nobody_asks() -> None:
    """A request that isn't made any more costs a moment, not the run."""
    old = {"type": "req", "id": "p9", "method": "sessions.dance", "params": {}}

    told = await play(by_hand(frame(0.5, "out", old), frame(0.6, "in", answer("p9")), *PIECES))

    assert told.end == Reply("ab")


@virtual
async def test_unknown_question() -> None:
    """A request that wasn't made then is refused: the run copes as with any gateway that says no."""
    told = await play(by_hand(*PIECES, protocol=3))

    assert told.end == Reply("ab")
    assert "the recording has no answer to sessions.patch" not in told.text


class BrokenClock:
    """A clock that is no use."""

    def resume(self, t: float) -> None:
        """Do nothing."""

    async def until(self, t: float) -> None:  # noqa: ARG002  the shape of a clock
        """Fail."""
        raise ZeroDivisionError


async def test_defect(caplog: pytest.LogCaptureFixture) -> None:
    """A defect of ours ends a replay, and is logged, instead of leaving a run that waits."""
    run = replay.ReplayedRun(replay.opened(by_hand(*PIECES)), request(), Emitted(), BrokenClock())

    with pytest.raises(GatewayUnavailable):
        await asyncio.wait_for(run.finish(), 5)

    assert [record.exc_info is not None for record in caplog.records] == [True]


def bad(line: int, **data: Any) -> tuple[list[Any], str]:
    """Return the frames of a recording with a frame that is wrong."""
    return [*beginning(), frame(1.0, "in", data, line)], f"line {line}: "


@pytest.mark.parametrize(
    ("frames", "why"),
    [
        ([], "line 1: no generation was asked for"),
        (beginning()[1:], "line 3: asked before the gateway said hello"),
        bad(9, type="event", event="agent"),
        bad(9, type="event", event="agent", payload=[]),
        bad(9, type="res", id="p2", payload="x"),
        bad(9, type="res", payload={"type": "hello-ok"}),
        bad(7, **says("x", "x") | {"payload": {"stream": "assistant", "data": {"grew": 2, "delta": "x"}}}),
    ],
)
def test_unplayable(frames: list[Any], why: str) -> None:
    """What can't be played is refused before it begins, with the line."""
    with pytest.raises(BadRecording, match=f"^{why}"):
        replay.opened(replace(by_hand(), frames=frames))
