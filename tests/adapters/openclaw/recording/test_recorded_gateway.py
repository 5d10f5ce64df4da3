"""A gateway that is a recording, as a link and a run see it."""

import asyncio
from typing import Any

import pytest

from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.connection.link_status import LinkState
from propactor.adapters.openclaw.recording.recorded_gateway import RecordedGateway
from propactor.core.backoff import Backoff
from propactor.core.events import Progress, TextDelta
from propactor.core.recording import Frame, Recording
from propactor.recordings.playback_clock import PlaybackClock
from tests.adapters.openclaw.recording.made import HEADER, answer, beginning, final, frame, play, says
from tests.support.virtual import virtual

LOST = {"type": "closed", "code": "GATEWAY_UNAVAILABLE", "message": "closed with 1006"}


def asked(request_id: str, method: str) -> dict[str, Any]:
    """Return a request."""
    return {"type": "req", "id": request_id, "method": method, "params": {}}


WELCOME = {"type": "hello-ok", "protocol": 4, "server": {"version": "test", "bootId": "b1"}}
HELLO = {"type": "res", "id": "p1", "ok": True, "payload": WELCOME}


def cut(*lost: Frame) -> Recording:
    """Return a run that is taken up on another connection, whose first event comes with the hello."""
    begun = [frame(0.0, "in", HELLO), *beginning()[1:], frame(1.0, "in", says("a", "a")), *lost]
    again = [
        frame(2.0, "in", HELLO),
        frame(2.0, "in", says("ab", "b")),
        frame(2.0, "out", asked("p2", "agent")),
        frame(2.0, "in", answer("p2", status="in_flight")),
        frame(2.0, "out", asked("p3", "agent.wait")),
        frame(3.0, "in", answer("p3", status="ok")),
        frame(3.0, "out", asked("p4", "agent")),
        frame(3.0, "in", final("ab") | {"id": "p4"}),
    ]
    return Recording(HEADER, [*begun, *again])


@virtual
async def test_event_right_behind_a_hello() -> None:
    """An event that comes with the hello of another connection is heard, at whatever speed."""
    for speed in (None, 1.0):
        told = await play(cut(frame(1.5, "in", LOST)), speed)

        deltas = [event for event in told.events if isinstance(event, TextDelta)]
        assert [(event.delta, event.source) for event in deltas] == [("a", "gateway"), ("b", "gateway")]


@virtual
async def test_connected_anew() -> None:
    """A hello on another connection means that the one before was lost, though nothing says so."""
    told = await play(cut(), 1.0)

    reasons = [event.reason for event in told.events if isinstance(event, Progress)]
    assert reasons == [None, "the gateway was connected anew", "live events come again"]


async def ready_times(*frames: Frame) -> list[float]:
    """Play to a link, and return when it was ready."""
    clock = asyncio.get_running_loop().time
    began = clock()
    gateway = RecordedGateway(frames, PlaybackClock(1.0))
    link = Link(url="", open_wire=gateway, backoff=Backoff(lambda least, _: least))
    link.start()
    ready: list[float] = []

    async def note() -> None:
        await link.wait_ready(60)
        ready.append(clock() - began)

    await gateway.play(note)
    assert link.state == LinkState.BACKING_OFF
    await link.close()
    return ready


@virtual
async def test_there_when_due() -> None:
    """Nobody answers a link before the hello is due; then it is ready at once."""
    assert await ready_times(frame(30.0, "in", HELLO)) == [30.0]


@virtual
async def test_waits_for_the_link() -> None:
    """What had to wait until the link was there again moves all that follows."""
    lost = [frame(1.0, "in", LOST), frame(2.0, "in", LOST)]

    ready = await ready_times(
        frame(0.0, "in", HELLO), lost[0], frame(1.0, "in", HELLO), lost[1], frame(2.0, "in", HELLO)
    )

    assert ready == pytest.approx([0.0, 1.05, 2.1])
