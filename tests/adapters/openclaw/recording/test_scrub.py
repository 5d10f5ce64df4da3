"""What of a link's traffic gets into a recording, and what doesn't."""

import json
import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propactor.adapters.openclaw.recording.scrub import cleaned
from propactor.core.recording import Frame, Tape, encode
from propactor.testing.steps import Say, Step, Think, UseTool
from tests.adapters.openclaw.recording.made import (
    PROMPT,
    answer,
    beginning,
    final,
    frame,
    play,
    record,
    says,
)

KEY = "sk-ant-REDACTME0123456789abcdef"
LEAK = f"The key is {KEY}, the file is /home/anna/notes and the machine is snowwhite."


def scrub(text: str) -> str:
    """Take out what a machine may know of itself."""
    return text.replace("snowwhite", "gateway-host")


def growing(pieces: list[str], stream: str = "assistant") -> list[Frame]:
    """Return the frames of a message that comes in pieces."""
    texts = ["".join(pieces[: end + 1]) for end in range(len(pieces))]
    return [frame(1.0, "in", says(t, p, stream)) for t, p in zip(texts, pieces, strict=True)]


@settings(max_examples=50)
@given(st.lists(st.integers(0, len(LEAK)), max_size=8), st.sampled_from(["assistant", "thinking"]))
def test_secrets_in_pieces(cuts: list[int], stream: str) -> None:
    """However a message is cut into pieces, what is private is in none of them, and the rest is in all."""
    places = [0, *sorted(cuts), len(LEAK)]
    pieces = [LEAK[a:b] for a, b in pairwise(places)]

    _, frames = cleaned([*beginning(), *growing(pieces, stream)], scrub)

    data = [f.data["payload"]["data"] for f in frames if f.data["type"] == "event"]
    assert "".join(piece["delta"] for piece in data) == (
        "The key is [redacted], the file is ~/notes and the machine is gateway-host."
    )


async def test_nothing_private() -> None:
    """No secret, home or name of a machine is in the file, wherever it was; what is played is the same."""
    script: list[Step] = [
        Think(LEAK),
        UseTool("read", {"path": LEAK, "password": "hunter2!"}, LEAK),
        Say(LEAK),
    ]

    recording, told = await record(script, scrub=lambda text: scrub(text).replace(PROMPT, "A lamp"))

    written = b"".join(encode(recording)).decode()
    assert not [word for word in (KEY, "anna", "snowwhite", "hunter2!", "/root") if word in written]
    again = await play(recording)
    assert [type(event) for event in again.events] == [type(event) for event in told.events]


async def test_no_token() -> None:
    """The token that we introduce ourselves with isn't even on the tape."""
    tape = Tape(time.monotonic)

    await record([Say("x")], tape=tape)

    assert tape.lines
    assert not [line for line in tape.lines if b"TEST-TOKEN" in line[3]]


def test_where_the_gateway_lives() -> None:
    """What the gateway says of its own machine is taken out everywhere."""
    hello, *rest = beginning(3)
    payload = hello.data["payload"] | {
        "server": {"version": "dev", "host": "snowwhite"},
        "snapshot": {"stateDir": "/srv/claw/.openclaw"},
    }
    frames = [frame(0.0, "in", {**hello.data, "payload": payload}), *rest]
    frames.append(frame(1.0, "in", answer("p2", path="/srv/claw/.openclaw/x.json", host="snowwhite")))

    _, kept = cleaned(frames, str)

    assert kept[-1].data["payload"] == {"path": "~/.openclaw/x.json", "host": "gateway-host"}
    assert "srv" not in json.dumps([f.data for f in kept])


@pytest.mark.parametrize(
    "other",
    [
        {"type": "event", "event": "agent", "payload": {"runId": "OTHER", "sessionKey": "agent:dev:other"}},
        {"type": "event", "event": "session.message", "payload": {"sessionKey": "agent:dev:other"}},
        {"type": "event", "event": "agent", "payload": {}},
        {"type": "res", "id": "p77", "ok": True, "payload": {}},
    ],
)
def test_others(other: dict[str, Any]) -> None:
    """What concerns other generations stays out."""
    frames = [*beginning(), frame(0.5, "in", other), frame(1.0, "in", final("x"))]

    _, kept = cleaned(frames, str)

    assert [f.data for f in kept if f.data.get("type") != "res"] == [beginning()[1].data]
    assert len(kept) == len(frames) - 1


def test_followed_under_another_name() -> None:
    """A run that the gateway goes on with under another id is told by its session."""
    resumed = says("x", "x")
    resumed["payload"] |= {"runId": "NEW", "sessionKey": "AGENT:dev:old"}

    _, kept = cleaned([*beginning(), frame(1.0, "in", resumed)], str)

    assert len(kept) == 4


def test_times() -> None:
    """Times count from the first request; who hung up in the end, we, is left out."""
    frames = [
        Frame(f.t + shift, f.direction, f.source, f.data)
        for f, shift in zip(beginning(), (100, 103, 103.5), strict=True)
    ]
    frames.append(frame(105, "in", {"type": "closed", "message": "the link was closed"}))

    about, kept = cleaned(frames, str)

    assert [f.t for f in kept] == [0, 0, 0.5]
    assert about == {"protocol": 4, "version": "test"}


def test_nothing_asked() -> None:
    """A link that was never asked for a generation makes no recording."""
    assert cleaned(beginning()[:1], str)[1] == []
