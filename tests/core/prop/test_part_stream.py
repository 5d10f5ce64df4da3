"""Parts while the model still writes."""

import json
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propactor.core.errors import InvalidModelOutput
from propactor.core.events import Part
from propactor.core.prop import parser
from propactor.core.prop.part import part_from
from propactor.core.prop.part_stream import PartStream
from tests.core.modeltexts import COMPLETE, GARBAGE, NAME, TEXTS, huge, mutated, pieces

COLORS = ("red", "blue", "white")
RED, BLUE, WHITE = (json.dumps({"type": "box", "args": [1, 1, 1], "color": color}) for color in COLORS)
MESH = "<mesh><boxGeometry/></mesh>"  # as WHITE
PARTS = {color: part_from({"type": "box", "args": [1, 1, 1], "color": color}) for color in COLORS}


def told(*texts: str) -> list[Part]:
    """Return what is told of a text in pieces."""
    progressive = PartStream()
    return [event for text in texts for event in progressive.feed(text)]


def brief(parts: list[Part]) -> list[tuple[int, str | None, bool | None]]:
    """Return index, colour and whether something was replaced."""
    return [(event.index, event.part.color if event.part else None, event.superseded) for event in parts]


@pytest.mark.parametrize("name", COMPLETE)
def test_texts(name: str) -> None:
    """Each part of the final list is told once, under its index, and nothing needs to be corrected."""
    progressive = PartStream()
    result = parser.parse(TEXTS[name], NAME)

    parts = [event for character in TEXTS[name] for event in progressive.feed(character)]

    assert parts == [Part(index, part) for index, part in enumerate(result.parts)]
    assert progressive.settle(result.parts) == []


@pytest.mark.parametrize("text", [MESH, f"/* PARTS_DATA [{WHITE}"])
def test_moment(text: str) -> None:
    """A part is told with the very character that completes it."""
    progressive = PartStream()

    assert not progressive.feed(text[:-1])
    assert progressive.feed(text[-1]) == [Part(0, PARTS["white"])]


def test_moment_of_block() -> None:
    """A part in the piece that begins its block is told at once, and so is one behind a comment."""
    progressive = PartStream()

    assert brief([*progressive.feed(f"x /* PARTS_DATA {RED}")]) == [(0, "red", None)]
    assert not [*progressive.feed("*/ x /"), *progressive.feed("* y *")]
    assert brief([*progressive.feed(f"/ /* PARTS_DATA {RED} {BLUE}")]) == [(1, "blue", None)]


def test_nothing() -> None:
    """Where nothing is told, it is always the same nothing."""
    progressive = PartStream()

    assert progressive.feed("hello") is progressive.feed("a => b")


def test_invalid() -> None:
    """What is no part takes no index."""
    assert brief(told(f"/* PARTS_DATA [{RED}, {{}}, {BLUE}]")) == [(0, "red", None), (1, "blue", None)]


def test_block_differs() -> None:
    """Where the block says otherwise than the mesh, the block is right."""
    text = f"{MESH}{MESH}/* PARTS_DATA [{RED}, {WHITE}, {BLUE}] */"

    assert brief(told(text)) == [(0, "white", None), (1, "white", None), (0, "red", True), (2, "blue", None)]


def test_mesh_differs() -> None:
    """A mesh changes nothing that the block has said already."""
    text = f"/* PARTS_DATA [{RED}] */{MESH}{MESH}"

    assert brief(told(text)) == [(0, "red", None), (1, "white", None)]


def test_broken_block() -> None:
    """A block that lost a part puts nothing in its neighbour's place."""
    text = f"{MESH}{MESH}/* PARTS_DATA [{{}}, {RED}] */"

    assert brief(told(text)) == [(0, "white", None), (1, "white", None)]


def test_reset() -> None:
    """When the text starts over, equal parts are not told again and others take their place."""
    progressive = PartStream()
    progressive.feed(f"/* PARTS_DATA [{RED}, {BLUE}, {WHITE}] */ <mesh")

    progressive.reset()
    again = [*progressive.feed(f"/* PARTS_DATA [{RED}, {WHITE}] */")]

    assert brief(again) == [(1, "white", True)]
    assert brief([*progressive.settle([PARTS["red"], PARTS["white"]])]) == [(2, None, True)]


def test_settle() -> None:
    """In the end what was told is the final list: corrected, completed, cut, and then it's settled."""
    progressive = PartStream()
    progressive.feed(f"/* PARTS_DATA [{RED}, {RED}] */")

    corrections = progressive.settle([PARTS["red"], PARTS["blue"], PARTS["white"]])

    assert brief([*corrections]) == [(1, "blue", True), (2, "white", None)]
    assert progressive.settle([PARTS["red"], PARTS["blue"], PARTS["white"]]) == []
    assert brief([*progressive.settle([])]) == [(2, None, True), (1, None, True), (0, None, True)]
    assert progressive.settle([]) == []


def test_memory() -> None:
    """What was read is forgotten, also where nothing is ever completed."""
    progressive = PartStream()

    for _ in range(1000):
        progressive.feed("word " * 20)

    assert len(progressive._reader._scanner._text) < 100


@pytest.mark.timeout(10)
def test_work() -> None:
    """A long text in small pieces is read once, not again with each piece."""
    text = huge(400) + "<mesh a={[>>>>>" * 5000

    assert len(told(*(text[at : at + 3] for at in range(0, len(text), 3)))) == 400


@settings(max_examples=150, deadline=None)
@given(GARBAGE | mutated(), st.integers(0, 5000), st.data())
def test_pieces(text: str, end: int, data: st.DataObject) -> None:
    """However a text is cut, and wherever it ends, the same is told."""
    text = text[:end]

    assert told(*data.draw(pieces(text))) == told(text)


@settings(max_examples=150, deadline=None)
@given(st.lists(GARBAGE | mutated(), min_size=1, max_size=2), st.data())
def test_union(texts: list[str], data: st.DataObject) -> None:
    """Whatever was said and however often it started over, what was told in the end is the final list."""
    progressive, held = PartStream(), dict[int, object]()
    for text in texts:
        progressive.reset()
        for piece in data.draw(pieces(text)):
            _take(held, progressive.feed(piece))

    try:
        final = parser.parse(texts[-1], NAME).parts
    except InvalidModelOutput:
        final = ()
    _take(held, progressive.settle(final))

    assert held == dict(enumerate(final))


def _take(held: dict[int, object], parts: Sequence[Part]) -> None:
    """Do with parts what a reader does, who relies on ``superseded``."""
    for event in parts:
        assert (event.index in held) is bool(event.superseded)
        if event.part is None:
            del held[event.index]
        else:
            held[event.index] = event.part
