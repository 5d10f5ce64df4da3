"""The words shapes are written in: a piece is a part whose colour is still a role, such as ``main``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from math import pi

from propactor.core.prop.part import Part, Vector
from propactor.core.prop.templates.turning import spun

FLAT: Vector = (pi / 2, 0, 0)
SIDEWAYS: Vector = (0, 0, pi / 2)
ROLES = ("main", "second", "accent", "dark")
Pieces = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """Pieces and their usual colours; ``shines`` is the role that lights up when the prop glows."""

    pieces: Pieces
    colors: Mapping[str, str]
    shines: str = "accent"


def shape(
    *pieces: Part, main: str, second: str, accent: str, dark: str = "#2d2a32", shines: str = "accent"
) -> Shape:
    """Make a shape of pieces and a colour for each role."""
    colors = dict(zip(ROLES, (main, second, accent, dark), strict=True))
    return Shape(pieces, colors, shines)


def box(role: str, size: Vector, at: Vector, turn: Vector | None = None) -> Part:
    """Make a box, ``size`` wide, high and deep."""
    return Part("box", at, size, role, rotation=turn)


def rod(role: str, size: Vector, at: Vector, turn: Vector | None = None, *, sides: int = 14) -> Part:
    """Make a cylinder; ``size`` is the radius at its top, at its bottom, and its height."""
    return Part("cylinder", at, (*size, sides), role, rotation=turn)


def cone(
    role: str, size: tuple[float, float], at: Vector, turn: Vector | None = None, *, sides: int = 14
) -> Part:
    """Make a cone of a radius and a height."""
    return Part("cone", at, (*size, sides), role, rotation=turn)


def ball(role: str, radius: float, at: Vector, turn: Vector | None = None, *, sides: int = 14) -> Part:
    """Make a sphere; with few sides it is a boulder."""
    return Part("sphere", at, (radius, sides, max(4, sides * 2 // 3)), role, rotation=turn)


def hoop(role: str, size: tuple[float, float], at: Vector, turn: Vector | None = FLAT) -> Part:
    """Make a torus of a radius and a thickness, lying down unless told otherwise."""
    return Part("torus", at, (*size, 8, 24), role, rotation=turn)


def lit(piece: Part) -> Part:
    """Let a piece shine."""
    return replace(piece, emissive=True)


def ring(count: int, *pieces: Part, start: float = 0.0) -> Iterable[Part]:
    """Repeat pieces around the vertical axis."""
    for step in range(count):
        yield from (spun(piece, (0, start + step * 2 * pi / count, 0)) for piece in pieces)


def both(*pieces: Part) -> Iterable[Part]:
    """Repeat pieces mirrored, left and right."""
    for piece in pieces:
        (x, y, z), (a, b, c) = piece.position, piece.rotation or (0, 0, 0)
        turn = None if piece.rotation is None else (a, -b, -c)
        yield from (piece, replace(piece, position=(-x, y, z), rotation=turn))
