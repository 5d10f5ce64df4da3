"""Recordings made on the spot: a run at a fake gateway with a tap in its link."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.recording import replay, tap
from propactor.adapters.openclaw.recording.scrub import cleaned
from propactor.adapters.openclaw.upstream import OpenClawUpstream
from propactor.core.errors import PropactorError
from propactor.core.events import TextDelta
from propactor.core.recording import Frame, Header, Recording, Tape
from propactor.core.upstream import GenerationRequest, Reply
from propactor.recordings.playback_clock import PlaybackClock
from propactor.testing.gateway import FakeGateway
from propactor.testing.steps import Step
from tests.support.emitted import Emitted

HEADER = Header("openclaw", "A lamp", "Lamp", "2026-11-22")
PROMPT = "A lamp for /root/secret"


@dataclass
class Told:
    """What a run said, and how it ended."""

    events: Emitted = field(default_factory=Emitted)
    end: Reply | PropactorError | None = None

    @property
    def text(self) -> str:
        """Join the text as a reader does."""
        said = ""
        for event in self.events:
            if isinstance(event, TextDelta):
                said = event.delta if event.replace else said + event.delta
        return said

    @property
    def plain(self) -> list[str]:
        """Return the events without the moment they were said at, and the end, to be compared."""
        timeless = [e._replace(at=None) if isinstance(e, TextDelta) else e for e in self.events]
        return [*map(repr, timeless), repr(self.end)]


def request(job: str = "j1") -> GenerationRequest:
    """Ask for a lamp."""
    return GenerationRequest(f"r{job}", job, PROMPT, "Lamp")


async def record(
    script: Sequence[Step], protocol: int = 4, scrub: Callable[[str], str] = str, tape: Tape | None = None
) -> tuple[Recording, Told]:
    """Run a script at a fake gateway; return the recording of it and what was told."""
    tape = tape or Tape(time.monotonic)
    async with FakeGateway(protocol=protocol, script=script) as gateway:
        link = Link(url=gateway.url, token=gateway.token)
        upstream = OpenClawUpstream(link)
        tap.tap(upstream, tape)
        link.start()
        told = Told()
        try:
            told.end = await upstream.begin(request(), told.events).finish()
        except PropactorError as exc:
            told.end = exc
        finally:
            await link.close()
    about, frames = cleaned(tape.frames(), scrub)
    return Recording(Header("openclaw", "A lamp", "Lamp", "2026-11-22", about), frames), told


async def play(recording: Recording, speed: float | None = None, job: str = "j2") -> Told:
    """Play a recording to its end."""
    told = Told()
    run = replay.ReplayedRun(replay.opened(recording), request(job), told.events, PlaybackClock(speed))
    try:
        told.end = await run.finish()
    except PropactorError as exc:
        told.end = exc
    return told


def frame(t: float, direction: Any, data: dict[str, Any], line: int = 0) -> Frame:
    """Return a frame."""
    return Frame(t, direction, "gateway", data, line)


def by_hand(*frames: Frame, protocol: int = 4) -> Recording:
    """Return a recording of a run that is accepted at once, and of what follows."""
    return Recording(HEADER, [*beginning(protocol), *frames])


def beginning(protocol: int = 4) -> list[Frame]:
    """Return how every run begins: a welcome, a request, an acceptance."""
    welcome = {"type": "hello-ok", "protocol": protocol, "server": {"version": "test"}}
    params = {"idempotencyKey": "RUN", "sessionKey": "agent:dev:old"}
    return [
        frame(0.0, "in", {"type": "res", "id": "p1", "ok": True, "payload": welcome}, 2),
        frame(0.0, "out", {"type": "req", "id": "p2", "method": "agent", "params": params}, 3),
        frame(0.0, "in", answer("p2", status="accepted", runId="RUN"), 4),
    ]


def answer(request_id: str, **payload: Any) -> dict[str, Any]:
    """Return a response."""
    return {"type": "res", "id": request_id, "ok": True, "payload": payload}


def says(text: str, delta: str, stream: str = "assistant") -> dict[str, Any]:
    """Return an event with a piece of text."""
    payload = {"runId": "RUN", "stream": stream, "data": {"text": text, "delta": delta}, "ts": 1}
    return {"type": "event", "event": "agent", "payload": payload}


def final(text: str) -> dict[str, Any]:
    """Return the last response of a run."""
    return answer("p2", runId="RUN", status="ok", result={"payloads": [{"text": text}], "meta": {}})
