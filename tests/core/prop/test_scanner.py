"""The text cut into tags and objects, whatever stands between."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propactor.core.prop.scanner import LONGEST, Scanner
from tests.core.modeltexts import GARBAGE, mutated, pieces


class Notes:
    """A listener who writes down what it hears, and thinks of everything but </mesh> as inside."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def tag(self, text: str) -> bool:
        """Note a tag."""
        self.heard.append(text)
        return text != "</mesh>"

    def block(self) -> None:
        """Note a block."""
        self.heard.append("BLOCK")

    def element(self, text: str) -> None:
        """Note an object."""
        self.heard.append(text)

    def fragment(self) -> None:
        """Note half an object."""
        self.heard.append("FRAGMENT")


def scan(*texts: str) -> list[str]:
    """Return what is heard of a text in pieces."""
    notes = Notes()
    scanner = Scanner()
    for text in texts:
        scanner.feed(text, notes)
    return notes.heard


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("a<b <meshes> <mesh a> <b c='>'/></mesh><b>", ["<mesh a>", "<b c='>'/>", "</mesh>"]),
        ("<mesh d={'}' + `>` + \">\"}/>", ["<mesh d={'}' + `>` + \">\"}/>"]),
        ("<mesh>< a<>x</></mesh>", ["<mesh>", "<>", "</>", "</mesh>"]),
        ("// <mesh>\n<mesh\n>", ["<mesh\n>"]),
        ("/* <mesh> /* * / */<mesh/>", ["<mesh/>"]),
        ("/*/ <mesh> /*/<mesh/>", ["<mesh/>"]),
        ("https://x.org <mesh/>", ["<mesh/>"]),
        ("<mesh a={{ /* } */ b: '\\'}' } // }\n}>", ["<mesh a={{ /* } */ b: '\\'}' } // }\n}>"]),
        ("<mesh a=\"it's\" b>", ["<mesh a=\"it's\" b>"]),
        ("<mesh a <b>", ["<b>"]),
        ("<mesh a={ <mesh b>", ["<mesh b>"]),
        ("<mesh a={ i<me }>", ["<mesh a={ i<me }>"]),
        ("<mesh a={'it\n}>", ["<mesh a={'it\n}>"]),
    ],
)  # fmt: skip
def test_tags(text: str, heard: list[str]) -> None:
    """Tags are found, whatever strings, comments and expressions hold, and however they are broken."""
    assert scan(text) == heard


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ('/* PARTS_DATA [{"a": "}"}, {"b": {"c": 1}}]', ["BLOCK", '{"a": "}"}', '{"b": {"c": 1}}']),
        ("/* PARTS_DATA [{}] PARTS_DATA */<mesh>", ["BLOCK", "{}", "<mesh>"]),
        ('/*PARTS_DATA\n{"a": "\\"}"}*/', ["BLOCK", '{"a": "\\"}"}']),
        ('/* PARTS_DATA {"a": 1, {"b": 2}', ["BLOCK", "FRAGMENT", '{"b": 2}']),
        ('/* PARTS_DATA {"a": {"b": {"c": 1}, {"d": 2}', ["BLOCK", "FRAGMENT", '{"d": 2}']),
        ('/* PARTS_DATA {"a": "b\n}', ["BLOCK", '{"a": "b\n}']),
        ('/* PARTS_DATA {"a": 1 */ {"b": 1}', ["BLOCK", "FRAGMENT"]),
        ('/* PARTS_DATA {"a": {"b": 1 */ <mesh>', ["BLOCK", "FRAGMENT", "<mesh>"]),
        ('/* PARTS_DATA {"a": "b */ <mesh>', ["BLOCK", "FRAGMENT", "<mesh>"]),
        ("/* src/* /* PARTS_DATA {}", ["BLOCK", "{}"]),
        ("<mesh a={ /* PARTS_DATA {}", ["BLOCK", "{}"]),
        ("/* PARTS {} */ // /* PARTS_DATA {}", []),
    ],
)  # fmt: skip
def test_blocks(text: str, heard: list[str]) -> None:
    """The objects of a block are found one by one; one without an end doesn't hide the next."""
    assert scan(text) == heard


def test_too_long() -> None:
    """A tag or an object that doesn't end is given up, and what follows is seen."""
    tag = "<mesh a={" + "x" * LONGEST
    element = '/* PARTS_DATA {"a": "' + "x" * LONGEST

    assert scan(tag + "<mesh>") == ["<mesh>"]
    assert scan(element + '", {}') == ["BLOCK", "FRAGMENT", "{}"]


@pytest.mark.parametrize("text", ["<mesh a={ ", "/* PARTS_DATA { ", "x ", "// ", "<mesh>< b "])
def test_memory(text: str) -> None:
    """What was looked at is forgotten, so endless text takes no endless memory."""
    scanner = Scanner()

    for piece in (text, *["x" * 1000] * 100):
        scanner.feed(piece, Notes())

    assert len(scanner._text) <= LONGEST + 1000


@settings(max_examples=150, deadline=None)
@given(GARBAGE | mutated(), st.data())
def test_pieces(text: str, data: st.DataObject) -> None:
    """However a text is cut into pieces, the same is heard."""
    assert scan(*data.draw(pieces(text))) == scan(text)


@settings(max_examples=150, deadline=None)
@given(GARBAGE | mutated())
def test_endings(text: str) -> None:
    """No character but one of the endings ever completes a tag or an object."""
    notes = Notes()
    scanner = Scanner()

    for character in text:
        known = list(notes.heard)
        due = any(ending in character for ending in scanner.endings)
        scanner.feed(character, notes)
        new = [what for what in notes.heard[len(known) :] if what not in ("BLOCK", "FRAGMENT")]
        assert due or not new
