"""Props from any text at all."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propactor.core.prop.part import part_from
from propactor.core.prop.template import make
from propactor.core.prop.templates.placing import bottom, side, top
from propactor.core.prop.templates.shapes import SHAPES
from propactor.core.prop.templates.vocabulary import BESIDE, LIKE, MATERIAL_WORDS, NOUNS, ON, TRAIT_WORDS

WORDS = sorted({*NOUNS, *MATERIAL_WORDS, *TRAIT_WORDS, *ON, *BESIDE, *LIKE, "red", "dark", "light", "zorp"})
PROMPTS = st.text(max_size=40) | st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(PROMPTS)
def test_any_text(prompt: str) -> None:
    """Any text gives a valid prop of 8 to 60 parts that stands on the ground, the same each time."""
    prop = make(prompt, "Thing")

    assert 8 <= len(prop.parts) <= 60
    assert all(part_from(part.as_json()) == part for part in prop.parts)
    assert all(re.fullmatch(r"#[0-9a-f]{6}", part.color) for part in prop.parts)
    assert abs(bottom(prop.parts)) < 0.001
    assert prop == make(prompt, "Thing")


@pytest.mark.parametrize("noun", SHAPES)
def test_size(noun: str) -> None:
    """A thing is about a metre high or wide, at most two."""
    parts = make(noun, "Thing").parts

    assert 0.6 < max(top(parts), side(parts) + side(parts, -1)) < 2


@pytest.mark.parametrize(("word", "least", "most"), [("tiny", 0.2, 0.7), ("giant", 2.5, 5)])
def test_tiny_and_giant(word: str, least: float, most: float) -> None:
    """Only tiny and giant things are of another size."""
    assert least < top(make(f"a {word} robot", "Robot").parts) < most


def test_all_differ() -> None:
    """Different prompts give different props, even where no word is known or none is Latin."""
    prompts = ["lamp", "old lamp", "zorp", "zarp", "蘑菇灯", "城堡", "robot", "golden robot", ""]

    assert len({make(prompt, "Thing").parts for prompt in prompts}) == len(prompts)


def test_rider() -> None:
    """What is on a table stands on its plate, what is on a rock stands on the highest point."""
    table, plain = make("cat on a table", "A").parts, make("table", "A").parts
    rock = make("cat on a rock", "A").parts

    assert len(table) == len(plain) + len(SHAPES["cat"].pieces)
    assert top(table) > top(plain)
    assert top(rock) > 1


def test_neighbour() -> None:
    """What comes with a thing stands beside it, on the ground."""
    parts = make("robot with a cat", "A").parts
    neighbour = parts[len(SHAPES["robot"].pieces) :]

    assert len(neighbour) == len(SHAPES["cat"].pieces)
    assert min(part.position[0] for part in neighbour) > 0.3
    assert abs(bottom(neighbour)) < 0.001


def test_plain_numbers() -> None:
    """Numbers are short, whole ones are ints, and a rotation that doesn't turn is left out."""
    parts = make("crate", "Crate").parts

    assert all(len(repr(value)) <= 8 for part in parts for value in (*part.position, *part.args))
    assert parts[0].position[0] == 0
    assert isinstance(parts[0].position[0], int)
    assert parts[0].rotation is None
