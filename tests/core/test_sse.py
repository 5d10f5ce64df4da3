"""Server-sent events: what goes in comes out, however it is cut."""

import itertools
import json
from typing import Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from propactor.core import jsontext
from propactor.core.events import (
    CLASSES,
    Diagnostic,
    Done,
    Error,
    Event,
    Part,
    Progress,
    Result,
    Started,
    Stats,
    TextDelta,
    ToolCall,
)
from propactor.core.prop import part
from propactor.core.sse import HEARTBEAT, Decoder, Entry, Frame, body, encode, notice, plain
from tests.core.strategies import PAIR, SAID, TEXT, units

BALL = part.Part("sphere", (0, 1, 0), (0.5,), "#ff0000")
RESULT = Result("Ball", "Ball.tsx", "<mesh/>\n", (BALL,), "ai", (Diagnostic("D", "a note", 0),))


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """Cut bytes at some places."""
    bounds = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in itertools.pairwise(bounds)]


def frames(*pieces: bytes) -> list[Frame]:
    """Decode pieces."""
    decoder = Decoder()
    return [frame for piece in pieces for frame in decoder.feed(piece)]


@given(st.lists(SAID, min_size=1, max_size=5), st.lists(st.integers(0, 2000), max_size=9))
@example([TextDelta(PAIR)], [])
def test_round_trip(events: list[Event], places: list[int]) -> None:
    """Whatever is said arrives as it was said, in order, numbered upwards."""
    entries = [encode("r", seq, 7, event) for seq, event in enumerate(events, 1)]

    got = frames(*cut(b"".join(entry.data for entry in entries), places))

    assert [frame.event for frame in got] == [entry.kind for entry in entries]
    assert [frame.id for frame in got] == [str(entry.seq) for entry in entries]
    for frame, event in zip(got, events, strict=True):
        told = json.loads(frame.data)
        for name in ("delta", "message"):
            assert units(told.get(name) or "") == units(getattr(event, name, None) or "")


@given(TEXT)
def test_lines(text: str) -> None:
    """An entry is four lines, and nothing in a text breaks one: neither CR, LF, NUL nor U+2028."""
    data = encode("r", 3, 7, TextDelta(text)).data

    first, second, third, *rest = data.split(b"\n")
    assert (first, second, third[:6], rest) == (b"id: 3", b"event: text_delta", b"data: ", [b"", b""])
    assert b"\r" not in data


LINES = st.sampled_from([b"data: a", b"data", b"event: e", b"id: 1", b"id: \0", b"retry: 5", b": note", b""])
ENDS = st.sampled_from([b"\n", b"\r", b"\r\n"])


@given(st.lists(LINES, max_size=12), ENDS, st.lists(st.integers(0, 200), max_size=9), st.booleans())
@example([b"data: a", b""], b"\r", [], True)
def test_line_ends(lines: list[bytes], end: bytes, places: list[int], mark: bool) -> None:
    """Line ends, cuts and a byte order mark make no difference; what is complete comes out at once."""
    data = b"".join(line + end for line in lines)
    plainly = frames(b"".join(line + b"\n" for line in lines))

    assert frames(*cut((b"\xef\xbb\xbf" if mark else b"") + data, places)) == plainly
    assert frames(*[data[i : i + 1] for i in range(len(data))]) == plainly


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"data: a\ndata:b\ndata:  c\n\n", Frame("message", "a\nb\n c")),
        (b"id: 7\nevent: e\nretry: 20\ndata: x\n\n", Frame("e", "x", "7", 20)),
        (b"data\n\n", Frame("message", "")),
        (b"retry: 2s\nretry: \xd9\xa1\nretry: 1234567890123456\ndata: x\n\n", Frame("message", "x")),
        (b"id: 1\nid: a\0b\ndata: x\n\n", Frame("message", "x", "1")),
        (b"id: 1\nid\ndata: x\n\n", Frame("message", "x", "")),
        (b"nonsense: 1\n: note\ndata: \xff\n\n", Frame("message", "\ufffd")),
        ("data: \u2028\x85\x0b\n\n".encode(), Frame("message", "\u2028\x85\x0b")),
        (b"data: a\xef\xbb\xbf\n\n", Frame("message", "a\ufeff")),
    ],
)
def test_standard(data: bytes, expected: Frame) -> None:
    """Fields are read as the HTML standard says."""
    assert frames(data) == [expected]


def test_nothing_to_dispatch() -> None:
    """An event without data is none, and what it said of itself is forgotten, except its id."""
    assert frames(b"id: 4\nevent: e\nretry: 1\n\ndata: x\n\n") == [Frame("message", "x", "4")]


def test_mark_inside() -> None:
    """A byte order mark is only one at the very beginning, even behind a heartbeat."""
    assert frames(b":\n", b"\xef\xbb\xbfdata: x\n\n", b"data: y\n\n") == [Frame("message", "y")]


def test_heartbeat() -> None:
    """A heartbeat is heard by nobody, wherever it stands."""
    data = encode("r", 1, 7, TextDelta("x")).data

    assert frames(HEARTBEAT, data, HEARTBEAT, data) == frames(data) * 2


@pytest.mark.parametrize("data", [b"data: " + b"x" * 100, b"data: xxxxxxxx\n" * 10])
def test_limit(data: bytes) -> None:
    """An event without an end is given up, be it one long line or many short ones."""
    decoder = Decoder(limit=64)

    with pytest.raises(ValueError, match="longer than 64 bytes"):
        decoder.feed(data)


def test_limit_is_per_event() -> None:
    """Short events never reach the limit."""
    decoder = Decoder(limit=64)

    assert all(decoder.feed(b"data: xxxxxxxx\n\n") for _ in range(50))


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        (Started("j", "/e", "/s", 9), {"jobId": "j", "eventsUrl": "/e", "stateUrl": "/s", "resumeUntil": 9}),
        (
            ToolCall("read", "t1", source="gateway", raw={"tool_name": 1}),
            {
                "kind": "tool_call",
                "toolName": "read",
                "toolCallId": "t1",
                "status": "started",
                "source": "gateway",
                "raw": {"tool_name": 1},
            },
        ),
        (
            TextDelta("x", 5, at=99),
            {"kind": "text_delta", "delta": "x", "accumulatedChars": 5},
        ),
        (Progress("stalled", silent_ms=5), {"phase": "stalled", "silentMs": 5}),
        (Part(0, None, superseded=True), {"index": 0, "part": None, "superseded": True}),
        (Part(0, BALL), {"index": 0, "part": json.loads(json.dumps(dict(BALL.as_json())))}),
        (
            Error("C", "m", True, 5, "idle"),
            {"code": "C", "message": "m", "recoverable": True, "retryAfterMs": 5, "phase": "idle"},
        ),
    ],
)
def test_fields(event: Event, fields: dict[str, object]) -> None:
    """Fields have the contract's names; those without a value are left out."""
    body = json.loads(frames(encode("r", 3, 7, event).data)[0].data)

    assert body == {"requestId": "r", "seq": 3, **fields, "ts": 7}


@given(TEXT, st.sampled_from([None, "gateway"]), st.integers(0))
def test_text(text: str, source: Literal["gateway"] | None, chars: int) -> None:
    """The short way text takes leads to the same bytes as the long one."""
    event = TextDelta(text, chars, source=source, at=5)

    entry = encode("r", 1, 7, event)

    assert entry == Entry(1, 7, "text_delta", event, entry.data)
    assert entry.data == b"id: 1\nevent: text_delta\ndata: %b\n\n" % jsontext.dumps(body("r", 1, 7, event))


def test_result() -> None:
    """The result nests parts and diagnostics as objects."""
    body = json.loads(frames(encode("r", 3, 7, RESULT).data)[0].data)

    assert body["parts"] == [dict(json.loads(json.dumps(dict(BALL.as_json()))))]
    assert body["diagnostics"] == [{"code": "D", "message": "a note", "index": 0}]
    assert "fallbackReason" not in body
    assert plain(RESULT) == {
        **{k: body[k] for k in ("name", "filename", "code", "method", "diagnostics")},
        "parts": [BALL],
    }


def test_done() -> None:
    """The end carries its statistics, zeros included."""
    done = Done(False, 12, Stats(2, 0, 0, 0, 0, 0, 0), "unconfirmed")

    body = json.loads(frames(encode("r", 2, 7, done).data)[0].data)

    assert (body["ok"], body["durationMs"], body["upstreamCancel"]) == (False, 12, "unconfirmed")
    assert body["stats"] == {
        "events": 2,
        "coalescedDeltas": 0,
        "droppedPreviews": 0,
        "gaps": 0,
        "textChars": 0,
        "parts": 0,
        "upstreamSwitches": 0,
    }


def test_notice() -> None:
    """What one reader is told has no id, so that its place stays where it was."""
    got = frames(
        encode("r", 4, 7, TextDelta("x")).data, notice("r", 4, 8, Progress("slow_reader", dropped=2))
    )

    assert [frame.id for frame in got] == ["4", "4"]
    assert b"id:" not in notice("r", 4, 8, Progress("slow_reader"))
    assert json.loads(got[1].data)["dropped"] == 2


def test_every_class() -> None:
    """Every event class can be encoded: a new one needs nothing here."""
    samples = (
        Started("j", "/e", "/s", 1),
        RESULT,
        Done(True, 1, Stats(1, 1, 1, 1, 1, 1, 1)),
        Error("C", "m", False),
        Part(0, BALL),
        Progress("queued"),
    )
    told = {type(sample): sample for sample in samples}
    for cls in CLASSES:
        event = told.get(cls) or cls("a", "b")  # type: ignore[call-arg,arg-type]  # those left take texts
        assert frames(encode("r", 1, 7, event).data)
