"""Frames are found wherever the socket cuts the stream."""

from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from propactor.adapters.openclaw.protocol.framing import FrameSplitter

SIZES = st.sampled_from([0, 1, 125, 126, 127, 200, 65_535, 65_536, 70_000])
FRAMES = st.one_of(
    st.tuples(st.sampled_from([Opcode.TEXT, Opcode.BINARY]), SIZES),
    st.tuples(st.just(Opcode.PING), st.sampled_from([0, 125])),
)


def splitter(texts: list[bytes], others: list[bytes], max_size: int = 1 << 20) -> FrameSplitter:
    """Make a splitter that keeps what it finds."""
    return FrameSplitter(on_text=texts.append, on_other=others.append, max_size=max_size)


def frame(opcode: Opcode, size: int, *, fin: bool = True, mask: bool = False) -> bytes:
    """Write a frame as a server does."""
    return Frame(opcode, b"x" * size, fin).serialize(mask=mask)


@settings(max_examples=60, deadline=None)
@given(st.lists(FRAMES, max_size=5), st.lists(st.integers(1, 70_000), max_size=12))
def test_any_cut(frames: list[tuple[Opcode, int]], cuts: list[int]) -> None:
    """However the bytes arrive, each whole frame goes to its place, in order."""
    texts: list[bytes] = []
    others: list[bytes] = []
    wire = [frame(opcode, size) for opcode, size in frames]
    stream, at = b"".join(wire), 0
    cut = splitter(texts, others)

    for size in [*cuts, len(stream)]:
        if stream[at : at + size]:
            cut.push(stream[at : at + size])
        at += size

    assert texts == [b"x" * size for opcode, size in frames if opcode is Opcode.TEXT]
    assert others == [raw for raw, (opcode, _) in zip(wire, frames, strict=True) if opcode is not Opcode.TEXT]


def test_byte_by_byte() -> None:
    """A stream that comes one byte at a time is read like any other."""
    texts: list[bytes] = []
    cut = splitter(texts, [])

    for byte in frame(Opcode.TEXT, 300) + frame(Opcode.TEXT, 2):
        cut.push(bytes([byte]))

    assert texts == [b"x" * 300, b"xx"]


def test_fragments() -> None:
    """While a message comes in fragments, every frame is the other's business."""
    texts: list[bytes] = []
    others: list[bytes] = []
    cut = splitter(texts, others)
    cut.whole = False

    cut.push(frame(Opcode.TEXT, 3))

    assert (texts, others) == ([], [frame(Opcode.TEXT, 3)])


def test_too_long() -> None:
    """A frame over the limit goes to the other at its header, with all that follows."""
    texts: list[bytes] = []
    others: list[bytes] = []
    cut = splitter(texts, others, max_size=1000)

    cut.push(frame(Opcode.TEXT, 5) + frame(Opcode.TEXT, 2000)[:10])
    cut.push(frame(Opcode.TEXT, 5))

    assert texts == [b"xxxxx"]
    assert others == [frame(Opcode.TEXT, 2000)[:10], frame(Opcode.TEXT, 5)]


def test_masked() -> None:
    """A masked frame, which no server may send, goes to the other."""
    texts: list[bytes] = []
    others: list[bytes] = []

    splitter(texts, others).push(masked := frame(Opcode.TEXT, 5, mask=True))

    assert (texts, others) == ([], [masked])
