"""Remarks on a component's TSX."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propactor.core.prop import component
from tests.core.modeltexts import GARBAGE, NAME, TEXTS, huge, mutated

GOOD = "import * as THREE from 'three';\nexport const Lamp = () => <group><mesh></mesh></group>;\n"


def codes(code: str, name: str = "Lamp") -> list[str]:
    """Return the codes of the remarks."""
    return [remark.code for remark in component.check(code, name)]


@pytest.mark.parametrize(
    "code",
    [
        GOOD,
        "export function Lamp() { return <><mesh/></>; }",
        "export class Lamp {}",
        "function Lamp() {}\nexport { Lamp };",
        "const A = 1;\nexport { A as Lamp };",
        "export default function Other() {}\nexport const Lamp = 1;",
        "import x from 'react'\nimport y from '@react-three/drei'\nexport const Lamp = require\nother('fs')",
    ],
)
def test_good(code: str) -> None:
    """There is nothing to say about a component that parses, is exported and imports what it may."""
    assert codes(code) == []


@pytest.mark.parametrize(
    ("code", "remark"),
    [
        ("export const Lamp = (", "does not parse: unexpected text in line 1"),
        ("export const Lamp = 1;\nif (Lamp) {\n", "does not parse: } is missing in line"),
        ("export const Lamp = <a>\n<b.c></a></a>", "<b.c> is closed by </a> in line 2"),
        ("const Lamp = 1", "exports nothing, Lamp was expected"),
        ("export interface Lamp {}", "exports nothing"),
        ("export default function Lamp() {}", "exported as default, not as Lamp"),
        ("export default Lamp", "exported as default, not as Lamp"),
        ("export const A = 1, B = 2", "exported as A, B, not as Lamp"),
        (
            GOOD + "import fs from 'fs'; require('os'); import('net'); export * from 'tls'",
            "imports fs, os, net, tls",
        ),
    ],
)
def test_remarks(code: str, remark: str) -> None:
    """What is wrong is said, and where."""
    (diagnostic,) = component.check(code, "Lamp")

    assert remark in diagnostic.message


def test_broken_export() -> None:
    """Where the text breaks off, nobody can say that it exports nothing."""
    assert codes("export function Lamp() { return <group><mesh") == ["TSX_SYNTAX"]


def test_surrogate() -> None:
    """Half a surrogate pair is no reason to crash."""
    assert codes(GOOD + "// \ud800") == []


def test_huge() -> None:
    """A component long only by its meshes is checked; lines keep their numbers."""
    code = huge(400).split("/* PARTS_DATA")[0]
    broken = code.rstrip().removesuffix("}")

    assert len(code) > component.LONGEST
    assert codes(code, NAME) == []
    (remark,) = component.check(broken + "<", NAME)
    assert remark.code == "TSX_SYNTAX"


@pytest.mark.parametrize("code", ["a;" * component.LONGEST, "a<b," * 1000])
def test_unchecked(code: str) -> None:
    """What would take the grammar too long is not checked, and that is said."""
    assert codes(code) == ["TSX_UNCHECKED"]


@settings(max_examples=60, deadline=None)
@given(GARBAGE | mutated() | st.sampled_from(sorted(TEXTS.values())))
def test_anything(code: str) -> None:
    """Whatever the text, there are remarks or none."""
    assert all(remark.message for remark in component.check(code, NAME))
