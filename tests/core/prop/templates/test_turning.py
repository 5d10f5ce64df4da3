"""Rotations that agree with three.js."""

from math import pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propactor.core.prop.part import Part, Vector
from propactor.core.prop.templates.turning import euler, matrix, spun, times

ANGLES = st.floats(-pi, pi)
TURNS = st.tuples(ANGLES, ANGLES, ANGLES)


def flat(turn: Vector) -> list[float]:
    """Return the nine numbers of a rotation's matrix."""
    return [value for row in matrix(turn) for value in row]


@given(TURNS | st.tuples(ANGLES, st.sampled_from([pi / 2, -pi / 2]), ANGLES))
def test_round_trip(turn: Vector) -> None:
    """Angles read from a matrix turn the same way, even along the axis where they are not unique."""
    assert flat(euler(matrix(turn))) == pytest.approx(flat(turn), abs=2e-3)


def test_order() -> None:
    """The order is that of three.js: Z acts first, X last."""
    x, y, z = matrix((0.3, 0, 0)), matrix((0, 0.5, 0)), matrix((0, 0, 0.7))

    product = [value for row in times(x, times(y, z)) for value in row]

    assert product == pytest.approx(flat((0.3, 0.5, 0.7)))


def test_spun() -> None:
    """A part that goes a quarter round turns its front along."""
    part = spun(Part("box", (0, 1, 2), (1, 1, 1), "main"), (0, pi / 2, 0))

    assert part.position == pytest.approx((2, 1, 0))
    assert part.rotation == pytest.approx((0, pi / 2, 0))
