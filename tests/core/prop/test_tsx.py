"""Components that read back as the parts they were made of."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propactor.core.prop import tsx
from propactor.core.prop.part import Part, Prop
from propactor.core.prop.part_reader import PartReader

LAMP = Prop(
    "Lamp",
    (
        Part("cylinder", (0, 0.1, 0), (0.2, 0.3, 0.2, 12), "#886644"),
        Part("sphere", (0, 0.5, -0.0), (0.25, 16, 12), "#ffdd88", emissive=True, rotation=(0.5, 0, 0)),
    ),
)

PLACES = st.tuples(*[st.integers(-100, 100) | st.floats(0.01, 100) | st.floats(-100, -0.01)] * 3)
LENGTHS = st.floats(0.01, 100)
PARTS = st.builds(
    Part,
    st.just("cone"),
    PLACES,
    st.tuples(LENGTHS, LENGTHS, st.integers(3, 64)),
    st.sampled_from(["#886644", "#ffdd88"]),
    st.booleans(),
    st.none() | PLACES,
)


def test_component() -> None:
    """A component imports what it uses and takes a position and a scale."""
    code = tsx.write(LAMP)

    assert code.startswith("import { useRef } from 'react'\nimport { useFrame } from '@react-three/fiber'\n")
    assert "interface LampProps {" in code
    assert "export function Lamp({ position = [0, 0, 0], scale = 1 }: LampProps) {" in code
    assert code.count("{") == code.count("}")


def test_meshes() -> None:
    """Each part is a mesh; one that shines says so, the others show their faces."""
    code = tsx.write(LAMP)

    assert "<mesh position={[0, 0.1, 0]} castShadow>" in code
    assert "<cylinderGeometry args={[0.2, 0.3, 0.2, 12]} />" in code
    assert '<meshStandardMaterial color="#886644" flatShading />' in code
    assert "<mesh position={[0, 0.5, 0]} rotation={[0.5, 0, 0]} castShadow>" in code
    assert '<meshStandardMaterial color="#ffdd88" emissive="#ffdd88" emissiveIntensity={1.4} />' in code


def test_parts_data() -> None:
    """The block holds one JSON object a line."""
    head, *lines, tail, end = tsx.parts_data(LAMP).splitlines()

    assert (head, tail, end) == ("/* PARTS_DATA", "]", "PARTS_DATA */")
    assert [json.loads(line.rstrip(",")) for line in lines[1:]] == json.loads(
        json.dumps([part.as_json() for part in LAMP.parts])
    )


@pytest.mark.parametrize(
    ("value", "text"), [(2.0, "2"), (3, "3"), (-0.0, "0"), (1e-07, "0.0000001"), (0.1, "0.1")]
)
def test_number(value: float, text: str) -> None:
    """Numbers are written plainly."""
    assert tsx.number(value) == text


@given(st.floats(-100, 100) | st.integers(-100, 100))
def test_number_round_trip(value: float) -> None:
    """Any number in range reads back the same, without an exponent."""
    text = tsx.number(value)

    assert float(text) == value
    assert "e" not in text


@given(st.lists(PARTS, max_size=4).map(tuple))
def test_parts_round_trip(parts: tuple[Part, ...]) -> None:
    """The reader of components gets back the very parts a component was written from."""
    readings = PartReader().feed(tsx.write(Prop("Thing", parts)))

    assert tuple(reading.part for reading in readings) == parts


def test_imports_nothing_unused() -> None:
    """What is imported is used."""
    code = tsx.write(LAMP)

    assert all(code.count(name) > 1 for name in ("useRef", "useFrame", "THREE"))
