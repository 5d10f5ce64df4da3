"""Entries: events numbered, dated and encoded, with the names that the contract has."""

import json
from typing import Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from propactor.core.entries import EntryEncoder, continues, join_text, kind_of, notice, plain
from propactor.core.events import (
    CLASSES,
    KINDS,
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
from tests.core.strategies import PAIR, SAID, TEXT, units
from tests.core.test_sse import cut, frames
from tests.support.entries import entry_of

BALL = part.Part("sphere", (0, 1, 0), (0.5,), "#ff0000")
RESULT = Result("Ball", "Ball.tsx", "<mesh/>\n", (BALL,), "ai", (Diagnostic("D", "a note", 0),))


@given(st.lists(SAID, min_size=1, max_size=5), st.lists(st.integers(0, 2000), max_size=9))
@example([TextDelta(PAIR)], [])
def test_round_trip(events: list[Event], places: list[int]) -> None:
    """Whatever is said arrives as it was said, in order, numbered upwards."""
    entries = [entry_of(event, seq, 7) for seq, event in enumerate(events, 1)]

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
    data = entry_of(TextDelta(text), 3, 7).data

    first, second, third, *rest = data.split(b"\n")
    assert (first, second, third[:6], rest) == (b"id: 3", b"event: text_delta", b"data: ", [b"", b""])
    assert b"\r" not in data


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
    body = json.loads(frames(entry_of(event, 3, 7).data)[0].data)

    assert body == {"requestId": "r", "seq": 3, **fields, "ts": 7}


@given(TEXT, st.sampled_from([None, "gateway"]), st.integers(0, 10**9), st.floats(0, 10**9))
def test_text(text: str, source: Literal["gateway"] | None, chars: int, now: float) -> None:
    """The short way text takes leads to the same entry as the long one, numbered alike."""
    short, long = EntryEncoder("r%d", 100), EntryEncoder("r%d", 100)

    for _ in range(2):
        told = short.encode_text(now, text, chars, source, 5)
        assert [told] == long.encode(now, TextDelta(text, chars, source=source, at=5))
    assert short.seq == long.seq == 2


@given(st.lists(TEXT, min_size=2, max_size=4))
def test_join_text(texts: list[str]) -> None:
    """Joined, neighbours are one delta under the number, time and length of the last."""
    deltas = [TextDelta(text, 10 * n, n == 0 or None, "model") for n, text in enumerate(texts)]
    frames = [entry_of(delta, n, 100 + n).data for n, delta in enumerate(deltas, 1)]

    joined = TextDelta("".join(texts), 10 * (len(texts) - 1), True, "model")

    assert join_text(frames) == entry_of(joined, len(texts), 100 + len(texts)).data


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (TextDelta("b", 2, source="model"), True),
        (TextDelta("b", 2, True, "model"), False),
        (TextDelta("b", 2, source="gateway"), False),
        (TextDelta("b", 2, source="model", raw={"n": 1}), False),
    ],
)
def test_continues(second: TextDelta, expected: bool) -> None:
    """A delta continues another of its source, unless it starts over or carries what came in."""
    first = entry_of(TextDelta("a", 1, source="model")).data

    assert continues(first, entry_of(second, 2).data) is expected


@pytest.mark.parametrize("event", [TextDelta("event: x"), ToolCall("read", "t"), RESULT])
def test_kind_of(event: Event) -> None:
    """The kind of an event can be read from its bytes."""
    assert kind_of(entry_of(event).data) == KINDS[type(event)]


def test_result() -> None:
    """The result nests parts and diagnostics as objects."""
    body = json.loads(frames(entry_of(RESULT, 3, 7).data)[0].data)

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

    body = json.loads(frames(entry_of(done, 2, 7).data)[0].data)

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
    got = frames(entry_of(TextDelta("x"), 4, 7).data, notice("r", 4, 8, Progress("slow_reader", dropped=2)))

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
        assert frames(entry_of(event, 1, 7).data)
