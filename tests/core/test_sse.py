"""Server-sent events: what goes in comes out, however it is cut."""

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from propactor.core.events import TextDelta
from propactor.core.sse import HEARTBEAT, Decoder, Frame
from tests.support.entries import entry_of


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """Cut bytes at some places."""
    bounds = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in itertools.pairwise(bounds)]


def frames(*pieces: bytes) -> list[Frame]:
    """Decode pieces."""
    decoder = Decoder()
    return [frame for piece in pieces for frame in decoder.feed(piece)]


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
    data = entry_of(TextDelta("x"), 1, 7).data

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
