"""Compositions for unknown words."""

from hypothesis import given
from hypothesis import strategies as st

from propactor.core.prop.templates.generic import choose, generic

SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS)
def test_composition(seed: int) -> None:
    """Any seed gives a composition of a fair number of parts, the same each time."""
    shape = generic(seed)

    assert 8 <= len(shape.pieces) <= 30
    assert shape == generic(seed)
    assert shape.shines in {piece.color for piece in shape.pieces}


def test_choices_are_independent() -> None:
    """Seeds with the same answer to one question differ in their answers to others."""
    same = [seed for seed in range(200) if choose(seed, "a", range(4)) == 0]

    assert {choose(seed, "b", range(4)) for seed in same} == {0, 1, 2, 3}


def test_variety() -> None:
    """A hundred seeds give nearly a hundred compositions."""
    assert len({(shape.pieces, *shape.colors.values()) for shape in map(generic, range(100))}) > 95
