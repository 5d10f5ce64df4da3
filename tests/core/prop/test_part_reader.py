"""Both lists of a text in one pass."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propactor.core.prop import part_reader
from propactor.core.prop.part_reader import PartReader, Reading
from tests.core.modeltexts import COMPLETE, GARBAGE, TEXTS, mutated, pieces

BOX = '{"type": "box", "args": [1, 1, 1], "color": "red"}'
MESH = "<mesh><boxGeometry/></mesh>"


def read(*texts: str) -> list[Reading]:
    """Return what is read of a text in pieces."""
    reader = PartReader()
    return [reading for text in texts for reading in reader.feed(text)]


def brief(found: list[Reading]) -> list[tuple[str, int, int, str | None]]:
    """Return the readings in a form to compare."""
    return [(r.origin, r.position, r.index, r.problem.code if r.problem else None) for r in found]


@pytest.mark.parametrize("text", ["plain", "inline", "fenced"])
def test_both(text: str) -> None:
    """What the block lists is what the meshes show."""
    found = read(TEXTS[text])

    block = [reading.part for reading in found if reading.origin == "block"]
    meshes = [reading.part for reading in found if reading.origin == "mesh"]
    assert len(block) == 12
    assert block == meshes


def test_numbers() -> None:
    """What is no part has a position, but takes no index."""
    found = read("/* PARTS_DATA [" + ", ".join([BOX, "{}", "{'a': 1}", "{", BOX, "{"]) + "] */")

    assert brief(found) == [
        ("block", 0, 0, None),
        ("block", 1, 1, "INVALID_PART"),
        ("block", 2, 1, "BROKEN_JSON"),
        ("block", 3, 1, "BROKEN_JSON"),
        ("block", 4, 1, None),
        ("block", 5, 2, "BROKEN_JSON"),
    ]
    assert [reading.lost for reading in found] == [0, 0, 1, 2, 3, 3]


def test_meshes() -> None:
    """A mesh that isn't closed ends where the next begins."""
    found = read("<mesh><boxGeometry/> <mesh> <mesh position={[x, 0, 0]}><boxGeometry/></mesh>" + MESH)

    assert brief(found) == [
        ("mesh", 0, 0, None),
        ("mesh", 1, 1, "INVALID_PART"),
        ("mesh", 2, 1, "INVALID_PART"),
        ("mesh", 3, 1, None),
    ]


def test_stray_tags() -> None:
    """Tags that belong to no mesh mean nothing."""
    assert brief(read("<mesh a <boxGeometry/> </mesh>" + MESH)) == [("mesh", 0, 0, None)]


def test_attempts() -> None:
    """Behind a block the model tries again: its meshes and its next block are lists of their own."""
    block = f"/* PARTS_DATA {BOX} */"

    found = read(MESH + MESH + "<mesh><boxGeometry/>" + block + MESH + block)

    assert brief(found) == [
        ("mesh", 0, 0, None),
        ("mesh", 1, 1, None),
        ("block", 0, 0, None),
        ("mesh", 0, 0, None),
        ("block", 0, 0, None),
    ]


@pytest.mark.parametrize(
    "text", [MESH * 4, f"/* PARTS_DATA {BOX * 4} */", f"/* PARTS_DATA {BOX * 3} {{ {{ */"]
)
def test_too_many(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many parts are kept; the rest is dropped with one notice."""
    monkeypatch.setattr(part_reader, "MAX_PARTS", 2)

    found = read(text)

    assert [code for *_, code in brief(found)] == [None, None, "TOO_MANY_PARTS"]


def test_endless_nonsense() -> None:
    """After a thousand elements that are no parts nobody looks any more."""
    found = read("/* PARTS_DATA " + "{}" * 5000)

    assert len(found) == part_reader.MAX_CANDIDATES + 1


@pytest.mark.parametrize("element", ['{"a": ' + "[" * 7000 + "}", '{"a": ' + "9" * 7000 + "}"])
def test_bad_json(element: str) -> None:
    """JSON that the library chokes on is broken like any other."""
    assert brief(read("/* PARTS_DATA " + element)) == [("block", 0, 0, "BROKEN_JSON")]


def test_endings() -> None:
    """Outside a block the end of a tag completes something, inside the end of an object."""
    reader = PartReader()

    assert ">" in reader.endings
    reader.feed("/* PARTS_DATA [")
    assert "}" in reader.endings


@settings(max_examples=100, deadline=None)
@given(GARBAGE | st.sampled_from([TEXTS[name] for name in COMPLETE]) | mutated(), st.data())
def test_pieces(text: str, data: st.DataObject) -> None:
    """However a text is cut into pieces, the same is read."""
    assert read(*data.draw(pieces(text))) == read(text)
