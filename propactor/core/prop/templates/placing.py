"""Moving, sizing and stretching parts, and how high, low and wide they reach."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from math import sqrt

from propactor.core.prop.part import Part, Vector
from propactor.core.prop.templates.turning import STRAIGHT, matrix

Parts = tuple[Part, ...]
Measure = Callable[[Vector, tuple[float, ...]], float]

# What the leading arguments of a geometry measure: x or y, or r for both at once. The rest counts segments.
_AXES = {"box": "xyx", "cylinder": "xxy", "cone": "xy", "sphere": "r", "torus": "rr"}
# How far a geometry reaches along an axis, given that axis as the part itself sees it.
_REACH: Mapping[str, Measure] = {
    "box": lambda axis, args: sum(abs(a) * size for a, size in zip(axis, args, strict=True)) / 2,
    "cylinder": lambda axis, args: abs(axis[1]) * args[2] / 2 + max(args[:2]) * _slope(axis[1]),
    "cone": lambda axis, args: abs(axis[1]) * args[1] / 2 + args[0] * _slope(axis[1]),
    "sphere": lambda _, args: args[0],
    "torus": lambda axis, args: args[0] * _slope(axis[2]) + args[1],
}


def moved(parts: Iterable[Part], by: Vector) -> Parts:
    """Return the parts in another place."""
    x, y, z = by
    return tuple(
        replace(part, position=(part.position[0] + x, part.position[1] + y, part.position[2] + z))
        for part in parts
    )


def stretched(parts: Iterable[Part], across: float, up: float) -> Parts:
    """Return the parts wider and higher; what is turned keeps its form, what is round grows a little."""
    factors = {"x": across, "y": up, "r": sqrt(across * up)}
    return tuple(_resized(part, factors if part.rotation is None else {}, (across, up)) for part in parts)


def scaled(parts: Iterable[Part], factor: float) -> Parts:
    """Return the parts larger or smaller as a whole."""
    return tuple(_resized(part, dict.fromkeys("xyr", factor), (factor, factor)) for part in parts)


def bottom(parts: Iterable[Part]) -> float:
    """Return the lowest height that is reached."""
    return min(part.position[1] - _reach(part, 1) for part in parts)


def top(parts: Iterable[Part]) -> float:
    """Return the greatest height that is reached."""
    return max(part.position[1] + _reach(part, 1) for part in parts)


def side(parts: Iterable[Part], direction: int = 1) -> float:
    """Return how far the parts reach to the right, or with ``-1`` to the left."""
    return max(direction * part.position[0] + _reach(part, 0) for part in parts)


def settled(parts: Parts) -> Parts:
    """Return the parts with their lowest point on the ground."""
    return moved(parts, (0, -bottom(parts), 0))


def _resized(part: Part, factors: Mapping[str, float], spread: tuple[float, float]) -> Part:
    """Return a part with its lengths times their factors, and its place spread across and up."""
    (x, y, z), (across, up) = part.position, spread
    axes = _AXES[part.type].ljust(len(part.args))
    args = tuple(value * factors.get(axis, 1) for axis, value in zip(axes, part.args, strict=True))
    return replace(part, position=(x * across, y * up, z * across), args=args)


def _reach(part: Part, row: int) -> float:
    """Return how far a part reaches from its middle along x (0), y (1) or z (2)."""
    return _REACH[part.type](matrix(part.rotation or STRAIGHT)[row], part.args)


def _slope(cosine: float) -> float:
    """Return the sine that belongs to a cosine."""
    return sqrt(max(0.0, 1 - cosine * cosine))
