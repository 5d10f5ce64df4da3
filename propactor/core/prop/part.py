"""A prop is a list of parts: five kinds of geometry, placed, turned, coloured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard, cast

from propactor.core.prop import colors

Vector = tuple[float, float, float]

MAX_PARTS = 500
FARTHEST = 100
"""The largest position, dimension or angle. It catches slips of the pen, such as millimetres."""
MOST_SEGMENTS = 512

ORIGIN: Vector = (0, 0, 0)


class InvalidPart(ValueError):
    """A part that three.js could not draw, or not as meant; the message says why."""


@dataclass(frozen=True, slots=True)
class Part:
    """One mesh: a three.js geometry with its constructor arguments, in metres and radians."""

    type: str
    position: Vector
    args: tuple[float, ...]
    color: str
    emissive: bool = False
    rotation: Vector | None = None

    def as_json(self) -> Mapping[str, object]:
        """Return the object clients see; ``rotation`` only where there is one."""
        body: dict[str, object] = {"type": self.type, "position": self.position}
        if self.rotation is not None:
            body["rotation"] = self.rotation
        return {**body, "args": self.args, "color": self.color, "emissive": self.emissive}


@dataclass(frozen=True, slots=True)
class Prop:
    """A named list of parts."""

    name: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a geometry's constructor takes: a letter an argument (see ``_CHECKS``), and the least number."""

    letters: str
    least: int


_SHAPES: Mapping[str, _Shape] = {
    "box": _Shape("dddsss", 3),
    "cylinder": _Shape("rrdssoaa", 1),
    "sphere": _Shape("dssaaaa", 1),
    "cone": _Shape("ddssoaa", 1),
    "torus": _Shape("ddssa", 2),
}
TYPES = tuple(_SHAPES)


def part_from(value: object) -> Part:
    """Check what somebody says about a part, and return the part. Keys we don't know are ignored.

    Raises:
        InvalidPart: something is missing, ill-typed or out of range.
    """
    if not isinstance(value, Mapping):
        raise InvalidPart("a part must be an object")
    kind = _kind(value.get("type"))
    position, rotation = value.get("position"), value.get("rotation")
    return Part(
        type=kind,
        position=ORIGIN if position is None else _vector("position", position),
        args=_arguments(kind, value.get("args")),
        color=_color(value.get("color")),
        emissive=_flag(value.get("emissive", False)),
        rotation=None if rotation is None else _vector("rotation", rotation),
    )


def _kind(value: object) -> str:
    if isinstance(value, str) and value in _SHAPES:
        return value
    said = f", not {value[:40]!r}" if isinstance(value, str) else ""
    raise InvalidPart(f"type must be one of {', '.join(TYPES)}{said}")


def _vector(name: str, value: object) -> Vector:
    if not _is_list(value) or len(value) != 3:
        raise InvalidPart(f"{name} must be three numbers")
    if not all(_within(number, -FARTHEST, FARTHEST) for number in value):
        raise InvalidPart(f"{name} must be three numbers from {-FARTHEST} to {FARTHEST}")
    return cast(Vector, tuple(value))


def _arguments(kind: str, value: object) -> tuple[float, ...]:
    """Check the constructor's arguments, one by one, then together."""
    shape = _SHAPES[kind]
    if not _is_list(value) or not shape.least <= len(value) <= len(shape.letters):
        raise InvalidPart(f"args of a {kind} must be {shape.least} to {len(shape.letters)} numbers")
    for place, (letter, argument) in enumerate(zip(shape.letters, value, strict=False)):
        check, wanted = _CHECKS[letter]
        if not check(argument):
            raise InvalidPart(f"args[{place}] of a {kind} must be {wanted}")
    if kind == "cylinder" and not any(value[:2]):
        raise InvalidPart("a cylinder needs a radius above 0 at one end")
    # three.js takes 1 for true here, and so the arguments stay numbers for everybody who reads them.
    return tuple(int(argument) if isinstance(argument, bool) else argument for argument in value)


def _color(value: object) -> str:
    known = colors.normal(value) if isinstance(value, str) else None
    if known is None:
        raise InvalidPart("color must be #rgb, #rrggbb or the name of a CSS colour")
    return known


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise InvalidPart("emissive must be true or false")
    return value


def _is_list(value: object) -> TypeGuard[Sequence[float]]:
    return isinstance(value, list | tuple)


def _within(value: object, least: float, most: float) -> bool:
    """Say whether this is a number in the range; true and false are not, and neither is NaN."""
    return isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most


def _dimension(value: object) -> bool:
    return _within(value, 0, FARTHEST) and value != 0


def _radius(value: object) -> bool:
    return _within(value, 0, FARTHEST)


def _segments(value: object) -> bool:
    return _within(value, 1, MOST_SEGMENTS) and float(cast(float, value)).is_integer()


def _open_ended(value: object) -> bool:
    return isinstance(value, bool | int) and value in (0, 1)


def _angle(value: object) -> bool:
    return _within(value, -FARTHEST, FARTHEST)


_CHECKS = {
    "d": (_dimension, f"a number above 0, at most {FARTHEST}"),
    "r": (_radius, f"a number from 0 to {FARTHEST}"),
    "s": (_segments, f"a whole number from 1 to {MOST_SEGMENTS}"),
    "o": (_open_ended, "true or false (1 or 0)"),
    "a": (_angle, f"an angle from {-FARTHEST} to {FARTHEST}"),
}
