"""What adjectives do to a form."""

import pytest

from propactor.core.prop.part import Part
from propactor.core.prop.templates.placing import bottom, side, top
from propactor.core.prop.templates.traits import MAX_PARTS, formed, joined

CUBE = Part("box", (0, 0.5, 0), (1, 1, 1), "#804020")
CUBES = (CUBE,) * 8


def form(*traits: str) -> tuple[Part, ...]:
    """Return eight cubes with traits."""
    return formed(CUBES, frozenset(traits))


def test_none() -> None:
    """Without traits nothing changes, nor with those that are about colour."""
    assert form() == form("glowing") == CUBES


@pytest.mark.parametrize(("trait", "high"), [("tall", 1.5), ("tiny", 0.35), ("giant", 3), ("stacked", 3)])
def test_height(trait: str, high: float) -> None:
    """Some traits change the height."""
    assert top(form(trait)) == pytest.approx(high)


def test_wide() -> None:
    """Wide things are wider than high."""
    assert side(form("wide")) > 0.7 > top(form("wide")) - 0.3


@pytest.mark.parametrize(("trait", "more"), [("mossy", 10), ("fancy", 6), ("spooky", 5), ("broken", 5)])
def test_additions(trait: str, more: int) -> None:
    """Some traits add parts, on the ground like everything else."""
    parts = form(trait)

    assert len(parts) == len(CUBES) + more
    assert bottom(parts) == pytest.approx(0)


@pytest.mark.parametrize("trait", ["tilted", "broken"])
def test_leaning(trait: str) -> None:
    """Tilted and broken things lean to the right."""
    turn = form(trait)[0].rotation

    assert turn is not None
    assert turn[2] < -0.1


def test_stack_fits() -> None:
    """A stack is as high as the number of parts allows."""
    many = (CUBE,) * 25

    assert len(formed(many, frozenset({"stacked"}))) == 50


def test_joined() -> None:
    """Parts beyond the limit are left out."""
    assert len(joined(CUBES, (CUBE,) * 100)) == MAX_PARTS
