"""Messages are found wherever the socket cuts the stream; what may not be delivered is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from propactor.adapters.openclaw.protocol.framing import (
    FRAMES_A_TURN,
    MAX_FRAGMENTS,
    FrameSplitter,
    TooManyFragments,
)

TEXT, BINARY, CONT, PING, CLOSE = Opcode.TEXT, Opcode.BINARY, Opcode.CONT, Opcode.PING, Opcode.CLOSE
SIZES = st.sampled_from([0, 1, 125, 126, 127, 200, 65_535, 65_536, 70_000])
FRAMES = st.one_of(
    st.tuples(st.sampled_from([TEXT, BINARY]), SIZES), st.tuples(st.just(PING), st.sampled_from([0, 125]))
)


class Split:
    """What a splitter delivers and delegates; the connection ends at the delegated frame ``end_at``."""

    def __init__(self, *, max_size: int = 1 << 20, end_at: int = -1) -> None:
        self.texts: list[bytes] = []
        self.others: list[bytes] = []
        self._end_at = end_at
        self.splitter = FrameSplitter(on_text=self.texts.append, on_other=self._validate, max_size=max_size)

    def _validate(self, frame: bytes) -> bool:
        """Let a frame pass unless it is the last."""
        self.others.append(frame)
        return len(self.others) - 1 != self._end_at


def frame(opcode: Opcode, size: int, *, fin: bool = True, mask: bool = False) -> bytes:
    """Write a frame as a server does."""
    return Frame(opcode, b"x" * size, fin).serialize(mask=mask)


@settings(max_examples=60)
@given(st.lists(FRAMES, max_size=5), st.lists(st.integers(1, 70_000), max_size=12))
def test_any_cut(frames: list[tuple[Opcode, int]], cuts: list[int]) -> None:
    """However the bytes arrive, each whole frame goes to its place, in order."""
    split = Split()
    wire = [frame(opcode, size) for opcode, size in frames]
    stream, at = b"".join(wire), 0

    for size in [*cuts, len(stream)]:
        if stream[at : at + size]:
            split.splitter.push(stream[at : at + size])
        at += size

    assert split.texts == [b"x" * size for opcode, size in frames if opcode is TEXT]
    assert split.others == [raw for raw, (opcode, _) in zip(wire, frames, strict=True) if opcode is not TEXT]


def test_byte_by_byte() -> None:
    """A stream that comes one byte at a time is read like any other, and told as bytes that stay."""
    split = Split()

    for byte in frame(TEXT, 300) + frame(TEXT, 2):
        split.splitter.push(bytes([byte]))

    assert split.texts == [b"x" * 300, b"xx"]
    assert all(type(text) is bytes for text in split.texts)


def test_fragments() -> None:
    """Fragments of a text are put together, whatever control frames come between them."""
    split = Split()

    split.splitter.push(frame(TEXT, 200, fin=False) + frame(PING, 1) + frame(CONT, 200) + frame(TEXT, 200))

    assert split.texts == [b"x" * 400, b"x" * 200]
    assert split.others == [frame(TEXT, 200, fin=False), frame(PING, 1), frame(CONT, 200)]


@pytest.mark.parametrize("size", [5, 200, 70_000])
@pytest.mark.parametrize("kind", [TEXT, BINARY])
def test_text_in_fragments(kind: Opcode, size: int) -> None:
    """A text in the middle of a message is no text: it is delegated, and ends the connection."""
    split = Split(end_at=1)

    split.splitter.push(frame(kind, 3, fin=False) + frame(TEXT, size) + frame(CONT, 3) + frame(TEXT, size))

    assert split.texts == []
    assert split.others == [frame(kind, 3, fin=False), frame(TEXT, size), frame(CONT, 3) + frame(TEXT, size)]


@pytest.mark.parametrize("size", [5, 200, 70_000])
def test_text_after_the_end(size: int) -> None:
    """After a frame that ended the connection no text is told, in the same read or in a later one."""
    split = Split(end_at=0)

    split.splitter.push(frame(TEXT, size) + frame(CLOSE, 0) + frame(TEXT, size))
    split.splitter.push(frame(TEXT, size))

    assert split.texts == [b"x" * size]
    assert split.others == [frame(CLOSE, 0), frame(TEXT, size), frame(TEXT, size)]


def test_binary() -> None:
    """Binary messages are no texts, whole or in fragments."""
    split = Split()

    split.splitter.push(frame(BINARY, 200) + frame(BINARY, 1, fin=False) + frame(CONT, 1) + frame(TEXT, 200))

    assert split.texts == [b"x" * 200]


@pytest.mark.parametrize("limit", [1000, 70_000])
def test_too_long(limit: int) -> None:
    """A frame over the limit is delegated at its header, with all that follows."""
    split = Split(max_size=limit)

    split.splitter.push(frame(TEXT, limit) + frame(TEXT, limit + 1)[:10])
    split.splitter.push(frame(TEXT, 5))

    assert split.texts == [b"x" * limit]
    assert split.others == [frame(TEXT, limit + 1)[:10], frame(TEXT, 5)]


def test_too_long_in_fragments() -> None:
    """Fragments count together."""
    split = Split(max_size=1000)
    parts = frame(TEXT, 600, fin=False) + frame(CONT, 400, fin=False)

    split.splitter.push(parts + frame(CONT, 0) + parts + frame(CONT, 1)[:2])

    assert split.texts == [b"x" * 1000]
    assert split.others[-1] == frame(CONT, 1)[:2]


def test_refused_at_its_header() -> None:
    """A masked frame, or one of an unknown kind, is delegated before it is all there."""
    for head in (frame(TEXT, 500, mask=True)[:2], b"\x83\x7e"):
        split = Split()

        split.splitter.push(head)

        assert split.others == [head]


@pytest.mark.parametrize("kind", [TEXT, BINARY])
def test_most_fragments(kind: Opcode) -> None:
    """A message may have so many fragments, and the next one as many again."""
    split = Split()
    message = [frame(kind, 1, fin=False), *[frame(CONT, 1, fin=False)] * (MAX_FRAGMENTS - 2), frame(CONT, 1)]

    for part in message * 2:
        split.splitter.push(part)

    assert split.texts == ([b"x" * MAX_FRAGMENTS] * 2 if kind is TEXT else [])


@pytest.mark.parametrize("kind", [TEXT, BINARY])
def test_too_many_fragments(kind: Opcode) -> None:
    """One more is too many, though all are empty; nothing is delivered after it."""
    split = Split()
    for part in [frame(kind, 0, fin=False), *[frame(CONT, 0, fin=False)] * (MAX_FRAGMENTS - 1)]:
        split.splitter.push(part)

    with pytest.raises(TooManyFragments):
        split.splitter.push(frame(CONT, 0) + frame(TEXT, 200))
    split.splitter.push(frame(TEXT, 200))

    assert split.texts == []


@pytest.mark.parametrize("size", [0, 200])
def test_turns(size: int) -> None:
    """A turn has so many frames; what is left, half a frame at its end too, is read in the next ones."""
    split = Split()
    stream = frame(TEXT, size) * (2 * FRAMES_A_TURN) + frame(TEXT, 300)[:5]
    split.splitter.push(stream[:1])

    turns = [split.splitter.push(stream[1:]), len(split.texts) == FRAMES_A_TURN]
    turns += [split.splitter.push(b""), split.splitter.push(b"")]

    assert turns == [True, True, True, False]
    assert split.texts == [b"x" * size] * (2 * FRAMES_A_TURN)
    assert split.splitter.push(frame(TEXT, 300)[5:]) is False
    assert split.texts[-1] == b"x" * 300


def test_bytes_between_turns() -> None:
    """Bytes that come before the next turn wait behind those that are there."""
    split = Split()

    split.splitter.push(frame(TEXT, 1) * (FRAMES_A_TURN + 1) + frame(TEXT, 2)[:1])
    more = split.splitter.push(frame(TEXT, 2)[1:])

    assert not more
    assert split.texts == [b"x"] * (FRAMES_A_TURN + 1) + [b"xx"]
