"""A model's answers, recorded from a fake server over a real socket, and played again."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from propactor.adapters.model.options import Api
from propactor.adapters.model.recording import replay, scrub, tap
from propactor.core.errors import ModelRefused, PropactorError, UpstreamError
from propactor.core.events import Event, TextDelta
from propactor.core.recording import BadRecording, Frame, Header, Recording, Tape, decode, encode
from propactor.core.upstream import Reply
from propactor.recordings import library
from propactor.recordings.playback_clock import PlaybackClock
from propactor.testing.model import KEY, FakeModel
from propactor.testing.model.steps import Refusal
from propactor.testing.steps import Disconnect, Fail, Say, Step, Think, Wait
from tests.adapters.model.asking import APIS, REQUEST, upstream
from tests.support.emitted import Emitted
from tests.support.virtual import virtual

FIXTURES = Path(__file__).parents[3] / "fixtures" / "recordings"
SECRET = "sk-ant-REDACTME0123456789abcdef"
both = pytest.mark.parametrize("api", APIS)


def plain(events: Sequence[Event], end: object) -> list[str]:
    """Return what was told without the moment it was told at, to be compared."""
    timeless = [event._replace(at=None) if isinstance(event, TextDelta) else event for event in events]
    return [*map(repr, timeless), repr(end)]


async def record(api: Api, script: Sequence[Step], **options: Any) -> tuple[Recording, list[str]]:
    """Ask a fake model; return the recording of it and what was told."""
    tape, events = Tape(time.monotonic), Emitted("model")
    end: Reply | PropactorError
    async with FakeModel(api, script) as model:
        asked = upstream(model.url, api, **options)
        tap.tap(asked, tape)
        try:
            end = await asked.begin(REQUEST, events).finish()
        except PropactorError as exc:
            end = exc
        await asked.close()
    about, frames = scrub.cleaned(tape.frames(), lambda text: text.replace("snowwhite", "a-host"))
    recording = Recording(Header("model", "A lamp", "Lamp", "2026-11-22", about), frames)
    return decode(encode(recording)), plain(events, end)


async def play(recording: Recording, speed: float | None = None) -> list[str]:
    """Play a recording; return what was told."""
    events = Emitted("model")
    end: Reply | PropactorError
    try:
        end = await replay.play(replay.opened(recording), REQUEST, events, PlaybackClock(speed)).finish()
    except PropactorError as exc:
        end = exc
    return plain(events, end)


@both
@pytest.mark.parametrize(
    "script",
    [
        [Think("I think of a lamp.", 500), Say("Here it is:\n\n🚀 a lamp.", 500)],
        [Say("I begin"), Fail("it burns")],
        [Say("I begin"), Disconnect()],
        [Refusal(429, "too many")],
        [Refusal(401, "who are you")],
    ],
)
async def test_as_it_was(api: Api, script: list[Step]) -> None:
    """What is played is what was heard: every event, and the end."""
    recording, told = await record(api, script)

    assert await play(recording) == told


async def test_wish_given_up() -> None:
    """An answer that came at the second try is recorded from there on."""

    def stubborn(body: Any) -> list[Step]:
        return (
            [Refusal(400, "unknown parameter: reasoning_effort")]
            if "reasoning_effort" in body
            else [Say("Hi")]
        )

    recording, _ = await record("openai", stubborn, thinking="high")  # type: ignore[arg-type]  # a function is a script, too

    assert [frame.data["type"] for frame in recording.frames[:2]] == ["ask", "answer"]
    assert "'Hi'" in repr(await play(recording))


@both
async def test_format(api: Api) -> None:
    """Frames have the members that they had before: recordings are older than the names in the code."""
    recording, _ = await record(api, [Think("I think.", 500), Say("Here it is.", 500)])
    before = library.read(FIXTURES / f"model-{api}.jsonl")

    for kind in ("ask", "answer", "event", "end"):
        now, then = (
            {tuple(frame.data) for frame in one.frames if frame.data["type"] == kind}
            for one in (recording, before)
        )
        assert now == then


@both
async def test_nothing_private(api: Api) -> None:
    """No secret is in it, even where it was said in pieces; nor is our key or a word of this machine."""
    leak = f"my key {SECRET} on snowwhite"

    recording, _ = await record(api, [Think(leak, 500), Say(leak, 500)])

    written = b"".join(encode(recording)).decode()
    assert not [word for word in (SECRET, "REDACTME", KEY, "snowwhite") if word in written]
    assert "my key [redacted] on a-host" in "".join(
        event.delta for event in await heard(recording) if isinstance(event, TextDelta)
    )


async def heard(recording: Recording) -> list[Event]:
    """Return the events of a recording."""
    events = Emitted("model")
    await replay.play(replay.opened(recording), REQUEST, events, PlaybackClock(None)).finish()
    return events


@both
async def test_timing(api: Api) -> None:
    """Each piece comes when it came then, or in half the time."""
    recording, _ = await record(api, [Say("a"), Wait(0.2), Say("b")])
    times: list[float] = []

    @virtual
    async def check() -> None:
        clock = asyncio.get_running_loop().time

        def note(event: Event) -> None:
            if isinstance(event, TextDelta):
                times.append(clock())

        await replay.play(recording, REQUEST, Emitted("model", note), PlaybackClock(2.0)).finish()

    await asyncio.to_thread(check)
    spacing = [
        frame.t for frame in recording.frames if repr("a") in repr(frame.data) or "'b'" in repr(frame.data)
    ]
    assert times[-1] - times[0] == pytest.approx((spacing[-1] - spacing[0]) / 2, abs=0.02)


async def test_stop() -> None:
    """A recording can be stopped at any time, which is confirmed."""
    recording, _ = await record("openai", [Say("a"), Wait(0.2), Say("b")])
    begun = asyncio.Event()
    run = replay.play(recording, REQUEST, Emitted("model", lambda _: begun.set()), PlaybackClock(0.001))
    task = asyncio.create_task(run.finish())
    await begun.wait()

    assert await run.stop()
    with pytest.raises(PropactorError):
        await task


async def test_nobody_asked() -> None:
    """Without a question there is no recording."""
    assert scrub.cleaned([Frame(0, "in", "model", {"type": "end"})], str) == ({}, [])


@pytest.mark.parametrize("recoverable", [True, False])
async def test_failure(recoverable: bool) -> None:
    """A failure is as final as it was."""
    frames = [
        Frame(0, "out", "model", {"type": "ask", "model": "m"}),
        Frame(0, "in", "model", {"type": "fault", "message": "no", "recoverable": recoverable}),
    ]
    about = {"api": "openai"}

    with pytest.raises(UpstreamError) as caught:
        await heard(Recording(Header("model", "", "", "", about), frames))

    assert isinstance(caught.value, ModelRefused) is not recoverable


ASKED = Frame(0.0, "out", "model", {"type": "ask"}, 2)
ANSWERED = Frame(0.0, "in", "model", {"type": "answer"}, 3)


@pytest.mark.parametrize(
    ("api", "frames", "why"),
    [
        ("telegraph", [ASKED, ANSWERED], "line 1: about.api must be one of openai, anthropic"),
        ("openai", [], "line 2: it must begin with what was asked"),
        ("openai", [ASKED], "line 2: it must begin with what was asked"),
        ("openai", [ANSWERED, ASKED], "line 2: it must begin with what was asked"),
        ("openai", [ASKED, ANSWERED, replace(ANSWERED, line=4)], "line 4: no model says 'answer'"),
    ],
)
def test_unplayable(api: str, frames: list[Frame], why: str) -> None:
    """What can't be played is refused before it begins, with the client."""
    with pytest.raises(BadRecording, match=f"^{why}"):
        replay.opened(Recording(Header("model", "", "", "", {"api": api}), frames))
