"""What a recording leaves out of growing text, and gets back."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propactor.adapters.openclaw.recording.text_compaction import grow, shrink
from propactor.core.recording import BadRecording, Frame
from tests.adapters.openclaw.recordings import NAMES, lines


def piece(stream: str = "assistant", run: str = "r", **data: Any) -> Frame:
    """Return a frame with a piece of text."""
    payload = {"runId": run, "stream": stream, "data": data}
    return Frame(0.0, "in", "gateway", {"type": "event", "event": "agent", "payload": payload}, line=7)


@pytest.mark.parametrize("name", [name for name in NAMES if "handshake" not in name])
def test_recorded(name: str) -> None:
    """What real gateways said is the same after having been shrunk."""
    frames = [
        Frame(line["t"], line["dir"], "gateway", line["frame"], number)
        for number, line in enumerate(lines(name))
        if line["dir"] != "closed"
    ]

    assert list(grow(list(shrink(frames)))) == frames


pieces = st.builds(
    piece,
    stream=st.sampled_from(["assistant", "thinking", "item"]),
    run=st.sampled_from("ab"),
    text=st.text("xy", max_size=4),
    delta=st.text("xy", max_size=2),
)


@settings(max_examples=60)
@given(st.lists(pieces))
def test_any(frames: list[Frame]) -> None:
    """Whatever the pieces and the texts are, nothing is lost."""
    assert list(grow(list(shrink(frames)))) == frames


def test_small() -> None:
    """A text that only grows is written once."""
    frames = [piece(text="a", delta="a"), piece(text="ab", delta="b"), piece(text="abc", delta="c")]

    shrunk = [frame.data["payload"]["data"] for frame in shrink(frames)]

    assert shrunk == [{"grew": 1, "delta": "a"}, {"grew": 2, "delta": "b"}, {"grew": 3, "delta": "c"}]


def test_torn() -> None:
    """A recording from which a piece is missing is refused, with the line."""
    with pytest.raises(BadRecording, match="line 7: the text has 1 characters here, not 2"):
        list(grow([piece(grew=2, delta="b")]))
