"""The shapes as a whole."""

import pytest

from propactor.core.prop.templates.colors import FIXED
from propactor.core.prop.templates.pieces import ROLES
from propactor.core.prop.templates.shapes import SHAPES
from propactor.core.prop.templates.vocabulary import LIGHTS, MATERIAL_WORDS, NOUNS, TRAIT_WORDS


def test_enough() -> None:
    """There are shapes for what people ask for, each with a noun and each noun with a shape."""
    assert len(SHAPES) >= 24
    assert set(NOUNS.values()) == set(SHAPES)
    assert set(SHAPES) > LIGHTS


@pytest.mark.parametrize("noun", SHAPES)
def test_pieces(noun: str) -> None:
    """A shape has enough pieces to be known, few enough to be stacked, and colours for all of them."""
    shape = SHAPES[noun]
    roles = {piece.color for piece in shape.pieces}

    assert 8 <= len(shape.pieces) <= 30
    assert roles <= {*ROLES, *FIXED}
    assert {"main", shape.shines} <= roles


def test_words() -> None:
    """Words are known in the singular and the plural, and no noun is an adjective as well."""
    assert NOUNS["torches"] == NOUNS["torch"] == "lantern"
    assert MATERIAL_WORDS["wooden"] == "wood"
    assert not set(NOUNS) & set(TRAIT_WORDS)
