"""Where parts reach, and how they change their size."""

from math import pi

import pytest

from propactor.core.prop.part import Part, Vector
from propactor.core.prop.templates.placing import bottom, moved, scaled, settled, side, stretched, top

LYING: Vector = (0, 0, pi / 2)


@pytest.mark.parametrize(
    ("kind", "args", "turn", "reach"),
    [
        ("box", (2, 4, 6), None, (1, 2)),
        ("box", (2, 4, 6), LYING, (2, 1)),
        ("cylinder", (1, 2, 6, 8), None, (2, 3)),
        ("cylinder", (1, 2, 6, 8), LYING, (3, 2)),
        ("cone", (1, 4, 8), None, (1, 2)),
        ("cone", (1, 4, 8), LYING, (2, 1)),
        ("sphere", (3, 8, 8), LYING, (3, 3)),
        ("torus", (2, 0.5, 8, 8), None, (2.5, 2.5)),
        ("torus", (2, 0.5, 8, 8), (pi / 2, 0, 0), (2.5, 0.5)),
    ],
)
def test_reach(kind: str, args: tuple[float, ...], turn: Vector | None, reach: tuple[float, float]) -> None:
    """A part reaches sideways and up as its geometry does, turned or not."""
    parts = (Part(kind, (10, 20, 0), args, "#ffffff", rotation=turn),)

    assert (side(parts) - 10, top(parts) - 20) == pytest.approx(reach)
    assert (side(parts, -1) + 10, 20 - bottom(parts)) == pytest.approx(reach)


def test_moved_and_settled() -> None:
    """Settled parts touch the ground and keep their distances."""
    parts = (Part("sphere", (0, 5, 0), (1, 8, 8), "#ffffff"), Part("sphere", (0, 9, 0), (1, 8, 8), "#ffffff"))

    assert [part.position for part in settled(parts)] == [(0, 1, 0), (0, 5, 0)]
    assert moved(parts, (1, 2, 3))[0].position == (1, 7, 3)


def test_scaled() -> None:
    """Lengths grow, segments do not."""
    (part,) = scaled((Part("cylinder", (1, 2, 3), (1, 2, 3, 14), "#ffffff", rotation=LYING),), 2)

    assert (part.position, part.args) == ((2, 4, 6), (2, 4, 6, 14))


def test_stretched() -> None:
    """Upright parts are stretched by axis, turned ones only change place."""
    upright = Part("box", (1, 1, 1), (1, 1, 1), "#ffffff")
    turned = Part("box", (1, 1, 1), (1, 1, 1), "#ffffff", rotation=LYING)

    first, second = stretched((upright, turned), 2, 3)

    assert (first.position, first.args) == ((2, 3, 2), (2, 3, 2))
    assert (second.position, second.args) == ((2, 3, 2), (1, 1, 1))
