"""The text pipeline: pieces become one text, neighbours one delta, and nothing is lost."""

import sys
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propactor.core.events import Event, Part, Progress, TextDelta, Thinking, ToolCall
from propactor.core.text import (
    FEW,
    Delta,
    StringBuilder,
    droppable,
    join,
    joinable,
    joined,
    may_wait,
    weight,
)
from tests.core.strategies import SAID

TEXT, REPLACING = TextDelta("b"), TextDelta("b", replace=True)
THOUGHT = Thinking("b")


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (TextDelta("a"), TEXT, True),
        (REPLACING, TEXT, True),
        (TextDelta("a"), REPLACING, False),
        (Thinking("a"), THOUGHT, True),
        (Thinking("a", "2"), THOUGHT, False),
        (Thinking("a"), TEXT, False),
        (TextDelta("a"), THOUGHT, False),
        (TextDelta("a", source="model"), TEXT, False),
        (TextDelta("a", raw={}), TEXT, False),
        (TextDelta("a"), TextDelta("b", raw={}), False),
        (Progress("gap"), Progress("gap"), False),
    ],
)
def test_joinable(first: object, second: object, expected: bool) -> None:
    """Pieces of one kind, one source and one thought may be joined, unless they carry what came in."""
    assert joinable(first, second) is expected


def said(events: list[Event]) -> list[list[object]]:
    """Return what a reader knows in the end: a line for each thing said, whole texts for texts."""
    lines: list[list[object]] = []
    for event in events:
        text = getattr(event, "delta", getattr(event, "message", None))
        thread = (type(event), getattr(event, "block_id", None), event.source)  # type: ignore[union-attr]
        if isinstance(event, Delta) and lines and lines[-1][0] == thread and not getattr(event, "replace", 0):
            lines[-1][1] = f"{lines[-1][1]}{text}"
        else:
            lines.append([thread, text if isinstance(event, Delta) else event])
    return lines


@given(st.lists(SAID, max_size=20))
def test_nothing_lost(events: list[Event]) -> None:
    """Joined pieces say the same, in the same order."""
    few = list(joined(events))

    assert said(few) == said(events)
    assert not any(joinable(a, b) for a, b in pairwise(few))


def test_text() -> None:
    """A joined text counts as said when its first piece was, and counts the characters of its last."""
    pieces = [TextDelta("a", 1, True, "model", 10), TextDelta("b", 2, None, "model", 20)]

    assert join(pieces) == TextDelta("ab", 2, True, "model", 10)
    assert join(pieces[:1]) is pieces[0]


def test_thought() -> None:
    """A joined thought keeps its block."""
    assert join([Thinking("a", "7", "model"), Thinking("b", "7", "model")]) == Thinking("ab", "7", "model")


@pytest.mark.parametrize(
    ("event", "expected"),
    [(Thinking(""), True), (Progress(""), True), (TextDelta(""), False), (ToolCall("", ""), False)],
)
def test_droppable(event: object, expected: bool) -> None:
    """Thoughts and notices are previews; text and tools are facts."""
    assert droppable(event) is expected


@pytest.mark.parametrize("text", ["", "abc", "äöü", "🍄🍄", "\ud83d"])
def test_weight(text: str) -> None:
    """An event weighs at least as much as its text in any encoding."""
    size = len(text.encode("utf-8", "surrogatepass"))

    assert weight(TextDelta(text)) == weight(Thinking(text)) >= 64 + size
    assert weight(Part(0, None)) == 512


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (TextDelta("a"), True),
        (TextDelta("a", replace=True), True),
        (Thinking("a"), True),
        (TextDelta("a", raw={}), False),
        (Thinking("a", raw={}), False),
        (Progress("gap"), False),
        (ToolCall("", ""), False),
        ("a command", False),
    ],
)
def test_may_wait(event: object, expected: bool) -> None:
    """Only what could be joined may wait for it."""
    assert may_wait(event) is expected


@given(st.lists(st.text(st.characters(), max_size=3), max_size=300), st.integers(0, 300), st.integers(0, 9))
def test_builder(pieces: list[str], other: int, few: int) -> None:
    """However often it is folded, the text is what was appended, halves of characters included."""
    builder = StringBuilder()
    for number, piece in enumerate(pieces):
        if number == other:
            builder.replace("other")
        builder.append(piece)
        if len(builder) > few:
            builder.fold()

    assert builder.text == "".join(["other", *pieces[other:]] if other < len(pieces) else pieces)


def test_builder_size() -> None:
    """A long text takes little more than its UTF-8, an emoji here and there or not."""
    builder, text = StringBuilder(), "mesh 🍄 " * 5000
    for letter in text:
        builder.append(letter)
        if len(builder) > FEW:
            builder.fold()

    assert builder.text == text
    assert len(builder) <= FEW
    assert sys.getsizeof(builder._folded) <= 1.15 * len(text.encode())
