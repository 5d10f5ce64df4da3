"""The words shapes are written in."""

from math import pi

import pytest

from propactor.core.prop.templates.pieces import FLAT, ball, both, box, cone, hoop, lit, ring, rod, shape


def test_arguments() -> None:
    """Each piece has the arguments its three.js geometry takes."""
    assert box("main", (1, 2, 3), (0, 0, 0)).args == (1, 2, 3)
    assert rod("main", (1, 2, 3), (0, 0, 0), sides=6).args == (1, 2, 3, 6)
    assert cone("main", (1, 2), (0, 0, 0), sides=4).args == (1, 2, 4)
    assert ball("main", 1, (0, 0, 0), sides=5).args == (1, 5, 4)
    assert hoop("main", (1, 0.1), (0, 0, 0)).args == (1, 0.1, 8, 24)
    assert hoop("main", (1, 0.1), (0, 0, 0)).rotation == FLAT


def test_lit() -> None:
    """A lit piece shines and is otherwise the same."""
    piece = ball("main", 1, (0, 0, 0))

    assert lit(piece).emissive
    assert not piece.emissive


def test_ring() -> None:
    """A ring repeats its pieces at equal angles."""
    front, right, *_ = ring(4, ball("main", 0.1, (0, 0.5, 2)))

    assert front.position == pytest.approx((0, 0.5, 2))
    assert right.position == pytest.approx((2, 0.5, 0))


def test_ring_start() -> None:
    """A ring may start elsewhere."""
    (right,) = ring(1, ball("main", 0.1, (0, 0, 2)), start=pi / 2)

    assert right.position == pytest.approx((2, 0, 0))


def test_both() -> None:
    """A mirrored piece leans the other way."""
    plain, plain_left, turned, turned_left = both(
        box("main", (1, 1, 1), (2, 0, 0)), box("main", (1, 1, 1), (3, 0, 0), (0.1, 0.2, 0.3))
    )

    assert (plain.position, plain_left.position) == ((2, 0, 0), (-2, 0, 0))
    assert plain_left.rotation is None
    assert (turned.rotation, turned_left.rotation) == ((0.1, 0.2, 0.3), (0.1, -0.2, -0.3))


def test_shape() -> None:
    """A shape knows a colour for each role."""
    made = shape(ball("main", 1, (0, 0, 0)), main="#111111", second="#222222", accent="#333333")

    assert made.colors == {"main": "#111111", "second": "#222222", "accent": "#333333", "dark": "#2d2a32"}
