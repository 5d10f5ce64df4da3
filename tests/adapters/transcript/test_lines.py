"""Lines: whole ones, of bounded length, however the bytes come."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from propactor.adapters.transcript.lines import Lines


def whole(lines: Lines, *pieces: bytes) -> list[bytes]:
    """Return the lines that pieces of a file end."""
    return [line for piece in pieces for _, line in lines.push(piece)]


def cut(data: bytes, at: list[int]) -> list[bytes]:
    """Cut bytes at some places."""
    places = sorted({place % (len(data) + 1) for place in at} | {0, len(data)})
    return [data[start:end] for start, end in pairwise(places)]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.text(alphabet="aé✓🚀\u2028\u0085 ").map(str.encode), max_size=8),
    st.lists(st.integers(0, 400)),
)
def test_any_cut(texts: list[bytes], at: list[int]) -> None:
    """However the bytes are cut, each line comes once, whole, in order, with its place."""
    data = b"".join(text + b"\n" for text in texts)
    lines = Lines(1000)

    found = [pair for piece in cut(data, at) for pair in lines.push(piece)]

    assert [line for _, line in found] == texts
    assert all(data[start:].startswith(line + b"\n") for start, line in found)
    assert lines.held == 0


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 40), max_size=8), st.lists(st.integers(0, 400)))
def test_limit(lengths: list[int], at: list[int]) -> None:
    """A line over the limit is passed over and counted, wherever it is cut; never is more held."""
    data = b"".join(b"x" * length + b"\n" for length in lengths)
    lines = Lines(20)
    found: list[bytes] = []

    for piece in cut(data, at):
        found += whole(lines, piece)
        assert lines.held <= 20

    assert found == [b"x" * length for length in lengths if length <= 20]
    assert lines.too_long == sum(length > 20 for length in lengths)


def test_half() -> None:
    """A line without its end waits for it."""
    lines = Lines(100)

    assert whole(lines, b'{"a"', b":1}") == []
    assert lines.held == 7
    assert whole(lines, b'\n{"b"') == [b'{"a":1}']


def test_clear() -> None:
    """What was held belongs to another file."""
    lines = Lines(100)
    lines.push(b"first\nsec")

    lines.clear()

    assert lines.push(b"new\n") == [(0, b"new")]
