"""Recordings: lines of JSON with a header, read with care."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propactor.core import recording
from propactor.core.recording import BadRecording, Frame, Header, Recording, Tape, decode, encode

HEADER = Header("openclaw", "A lamp", "Lamp", "2026-11-22", {"protocol": 4})
HEAD: dict[str, Any] = {
    "recording": 1,
    "upstream": "openclaw",
    "prompt": "A lamp",
    "name": "Lamp",
    "date": "2026-11-22",
}
FRAME: dict[str, Any] = {"t": 1.5, "dir": "in", "source": "gateway", "frame": {"type": "event"}}


def lines(*values: Any) -> list[bytes]:
    """Write values as lines."""
    return [json.dumps(value).encode() + b"\n" for value in values]


frames = st.builds(
    Frame,
    t=st.floats(0, 100).map(lambda t: round(t, 4)),
    direction=st.sampled_from(["in", "out"]),
    source=st.sampled_from(["gateway", "transcript", "model"]),
    data=st.dictionaries(st.text(), st.text() | st.integers(0, 9) | st.none()),
)


@settings(max_examples=40)
@given(st.lists(frames))
def test_there_and_back(made: list[Frame]) -> None:
    """What is written is what is read, in order."""
    ordered = sorted(made, key=lambda frame: frame.t)

    read = decode(encode(Recording(HEADER, ordered)))

    assert read.header == HEADER
    assert [(f.t, f.direction, f.source, f.data) for f in read.frames] == [
        (f.t, f.direction, f.source, f.data) for f in ordered
    ]
    assert [frame.line for frame in read.frames] == list(range(2, len(made) + 2))


def test_length() -> None:
    """A recording is as long as its last frame is late."""
    assert decode(lines(HEAD, FRAME)).seconds == 1.5
    assert decode(lines(HEAD)).seconds == 0


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([], "line 1: there is none: the file is empty"),
        ([FRAME], "line 1: this is no header of a recording"),
        ([[]], "line 1: not an object"),
        ([HEAD | {"recording": 2}], "line 1: format 2 is not 1"),
        ([HEAD | {"prompt": 1, "name": None}], "line 1: prompt, name must be text"),
        ([HEAD | {"about": []}], "line 1: about must be an object"),
        ([HEAD, FRAME | {"t": -1}], "line 2: t must be a number, and at least 0"),
        ([HEAD, FRAME | {"t": True}], "line 2: t must be a number, and at least 0"),
        ([HEAD, FRAME | {"t": "1"}], "line 2: t must be a number, and at least 0"),
        ([HEAD, FRAME | {"t": 1e999}], "line 2: not JSON"),
        ([HEAD, FRAME, FRAME | {"t": 1}], "line 3: t must be a number, and at least 1.5"),
        ([HEAD, FRAME | {"dir": "up"}], "line 2: dir must be one of in, out"),
        ([HEAD, FRAME | {"source": []}], "line 2: source must be one of"),
        ([HEAD, FRAME | {"frame": "x"}], "line 2: frame must be an object"),
    ],
)
def test_malformed(values: list[Any], why: str) -> None:
    """What can't be read is refused, with the line and the reason."""
    with pytest.raises(BadRecording) as caught:
        decode(lines(*values))

    assert str(caught.value).startswith(why)


def test_not_json() -> None:
    """A line that isn't JSON is refused."""
    with pytest.raises(BadRecording, match="line 2: not JSON"):
        decode([*lines(HEAD), b'{"t": 1,'])


def test_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line may be so long, a recording so large."""
    good = lines(HEAD, FRAME, FRAME)
    monkeypatch.setattr(recording, "MAX_BYTES", sum(map(len, good)) - 1)
    with pytest.raises(BadRecording, match="line 3: the recording is larger than"):
        decode(good)

    monkeypatch.setattr(recording, "MAX_LINE", len(good[1]) - 1)
    with pytest.raises(BadRecording, match="line 1: longer than"):
        decode(good)


def test_tape() -> None:
    """A tape keeps what passes with its time, and gives back what is JSON."""
    times = iter([1.0, 2.0, 3.0, 4.0])
    tape = Tape(lambda: next(times))
    for data in (b'{"a":1}', b"{", b"[]", b'{"b":2}'):
        tape.write("in", "gateway", data)

    assert list(tape.frames()) == [
        Frame(1.0, "in", "gateway", {"a": 1}),
        Frame(4.0, "in", "gateway", {"b": 2}),
    ]


def test_full_tape() -> None:
    """A tape that is full takes no more, and says so."""
    tape = Tape(lambda: 0.0, most=10)
    tape.write("in", "model", b'{"a":1}')
    tape.write("in", "model", b'{"b":2}')
    tape.write("in", "model", b"{}")

    assert tape.full
    assert [frame.data for frame in tape.frames()] == [{"a": 1}]
