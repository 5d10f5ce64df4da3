"""Transcripts in recordings: what a file said is said again, in its place among the events."""

import asyncio
import time

import pytest

from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.options import Options
from propactor.adapters.openclaw.recording import tap
from propactor.adapters.openclaw.recording.scrub import cleaned
from propactor.adapters.openclaw.run import OpenClawRun
from propactor.adapters.openclaw.session_history import Take
from propactor.core.events import Thinking
from propactor.core.recording import Frame, Recording, Tape, decode, encode
from propactor.testing.gateway import FakeGateway
from propactor.testing.steps import Say, Step, Think, UseTool, Wait
from tests.adapters.openclaw.recording.made import HEADER, Told, by_hand, final, frame, play, request, says
from tests.support.virtual import virtual

SCRIPT: list[Step] = [
    Think("I think of a lamp."),
    Say("Let me look."),
    UseTool("read", {"path": "x"}, "found"),
    Wait(0.05),
    Think("Now I write."),
    Say("Here it is."),
]


class Files:
    """Hands over what a fake gateway stores, soon after it is stored."""

    failure = None

    def __init__(self, gateway: FakeGateway) -> None:
        self._gateway, self._given = gateway, 0
        self._take: Take = print
        self._task: asyncio.Task[None] | None = None

    def follow(self, agent_id: str, session_key: str, take: Take) -> "Files":  # noqa: ARG002  the shape
        """Follow the one session."""
        self._take = take
        return self

    def problem(self) -> None:
        """Have none."""

    def start(self) -> None:
        """Look every few milliseconds."""
        self._task = asyncio.create_task(self._look(), name="files")

    async def catch_up(self) -> None:
        """Hand over what there is."""
        for session in self._gateway.sessions.values():
            for message in session.messages[self._given :]:
                self._given += 1
                self._take({"type": "message", "id": f"m{self._given}", "message": message})

    async def close(self) -> None:
        """Look no more."""
        assert self._task is not None
        self._task.cancel()

    async def _look(self) -> None:
        while True:
            await self.catch_up()
            await asyncio.sleep(0.005)


async def recorded() -> tuple[Recording, Told]:
    """Record a run of protocol 3 whose transcript can be read."""
    tape, told = Tape(time.monotonic), Told()
    async with FakeGateway(protocol=3, script=SCRIPT) as gateway:
        link = Link(url=gateway.url, token=gateway.token)
        link.dialer.open_wire = tap.wires(link.dialer.open_wire, tape)
        link.start()
        files = Files(gateway)
        opens = tap.transcripts(lambda _: files, tape)
        run = OpenClawRun(link, request(), told.events, Options(), transcripts=opens)
        told.end = await run.finish()
        await link.close()
    _, frames = cleaned(tape.frames(), str)
    return decode(encode(Recording(HEADER, frames))), told


def thoughts(told: Told) -> list[str]:
    """Return what was thought."""
    return [event.message for event in told.events if isinstance(event, Thinking)]


@pytest.mark.parametrize("speed", [None, 1.0])
async def test_thoughts(speed: float | None) -> None:
    """Thoughts that only the transcript has are heard again, in their place and from their source."""
    recording, told = await recorded()

    again = await play(recording, speed)

    assert again.plain == told.plain
    assert thoughts(again) == ["I think of a lamp.", "Now I write."]
    assert {frame.source for frame in recording.frames} == {"gateway", "transcript"}


@virtual
async def test_caught_up() -> None:
    """Who wants all there is waits as long as it took then, and no longer."""
    clock = asyncio.get_running_loop().time
    began = clock()
    entry = {"type": "message", "id": "m1", "message": {"role": "assistant", "content": "ab"}}
    asked = {"type": "req", "id": "t1", "method": tap.CATCH_UP, "params": {}}
    frames = [
        frame(1.0, "in", says("ab", "ab")),
        frame(2.0, "in", final("ab")),
        Frame(2.0, "out", "transcript", asked),
        Frame(5.0, "in", "transcript", entry),
        Frame(6.0, "in", "transcript", {"type": "res", "id": "t1", "ok": True}),
    ]

    told = await play(by_hand(*frames, protocol=3), 1.0)

    assert told.text == "ab"
    assert clock() - began == pytest.approx(6.0, abs=0.2)


@virtual
async def test_never_caught_up() -> None:
    """Who wants all there is when the recording ends waits no longer."""
    asked = {"type": "req", "id": "t1", "method": tap.CATCH_UP, "params": {}}
    frames = [
        frame(1.0, "in", says("ab", "ab")),
        frame(2.0, "in", final("ab")),
        Frame(2.0, "out", "transcript", asked),
        Frame(9.0, "in", "transcript", {"type": "session"}),
    ]

    told = await play(by_hand(*frames, protocol=3), 1.0)

    assert told.text == "ab"
