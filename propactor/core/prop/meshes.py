"""What a <mesh> element says about its part, as far as it is written in literals.

A reader of tags, not of TSX: it knows ``position={[0, 1, 0]}``, not what a variable holds.
"""

import math
import re
from collections.abc import Mapping, Sequence

_NAME = re.compile(r"</?([A-Za-z][\w.]*)?")
_GEOMETRY = re.compile(r"([A-Za-z]+?)(?:Buffer)?Geometry")
_ATTRIBUTE = re.compile(
    r"(?<![\w.-])(position|rotation|args|color|emissive|emissiveIntensity)\s{0,9}=\s{0,9}"
    r"(?:\"([^\"]*)\"|'([^']*)'|\{([^{}]*)\})"
)
_LIST = re.compile(r"\[([^\[\]]*)\](?:\s+as\s.*)?", re.DOTALL)
_QUOTED = re.compile(r"([\"'`])([^\"'`]*)\1")
_NUMBER = re.compile(r"[+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:[eE][+-]?\d{1,3})?", re.ASCII)
_WORDS: Mapping[str, float] = {"true": True, "false": False, "Math.PI": math.pi, "-Math.PI": -math.pi}
_BLACK = ("black", "#000", "#000000")

# What three.js takes when a geometry is written without arguments.
_DEFAULT_ARGS: Mapping[str, Sequence[float]] = {
    "box": (1, 1, 1),
    "cylinder": (1, 1, 1),
    "sphere": (1,),
    "cone": (1, 1),
    "torus": (1, 0.4),
}


class NotLiteral(ValueError):
    """The value is an expression whose outcome only the running component knows."""


class Expression:
    """Stands for such a value; no check of a part accepts it."""


EXPRESSION = Expression()


class Mesh:
    """The tags of one <mesh>, as they come in."""

    def __init__(self, tag: str) -> None:
        self._attributes = attributes(tag)
        self._geometry: tuple[str, Mapping[str, object]] | None = None
        self._material: Mapping[str, object] | None = None
        self._depth = 0
        self.complete = tag.endswith("/>")

    def take(self, name: str, tag: str) -> None:
        """Take the next tag inside. Whatever closes more than was opened ends the mesh."""
        if tag.startswith("</"):
            self._depth -= 1
            self.complete = self._depth < 0 or name == "mesh"
            return
        self._depth += not tag.endswith("/>")
        if (geometry := _GEOMETRY.fullmatch(name)) and self._geometry is None:
            self._geometry = (geometry[1], attributes(tag))
        elif name.endswith("Material") and self._material is None:
            self._material = attributes(tag)

    def part(self) -> Mapping[str, object] | None:
        """Return what the mesh says, yet to be checked; None when it holds no geometry."""
        if self._geometry is None:
            return None
        kind, geometry = self._geometry
        material = self._material or {}
        return {
            "type": kind,
            "position": self._attributes.get("position"),
            "rotation": self._attributes.get("rotation"),
            "args": geometry.get("args", _DEFAULT_ARGS.get(kind)),
            "color": material.get("color", "white"),
            "emissive": _glows(material),
        }


def name_of(tag: str) -> str:
    """Return the name of an opening or closing tag; a fragment's is empty."""
    found = _NAME.match(tag)
    return (found and found[1]) or ""


def attributes(tag: str) -> Mapping[str, object]:
    """Return the attributes a part is made of, by name."""
    return {
        name: _expression(code) if code else double or single
        for name, double, single, code in _ATTRIBUTE.findall(tag)
    }


def _expression(code: str) -> object:
    """Return what a literal in braces is worth."""
    code = code.strip()
    if quoted := _QUOTED.fullmatch(code):
        return quoted[2]
    try:
        return _numbers(numbers[1]) if (numbers := _LIST.fullmatch(code)) else _number(code)
    except NotLiteral:
        return EXPRESSION


def _numbers(code: str) -> tuple[float, ...]:
    items = code.split(",")
    if not items[-1].strip():
        items.pop()
    return tuple(_number(item) for item in items)


def _number(code: str) -> float:
    """Return a number, or a product such as ``Math.PI / 2``, which is how angles are written."""
    first, *rest = re.split("([*/])", code)
    value = _factor(first)
    for operator, factor in zip(rest[::2], rest[1::2], strict=True):
        value = _times(float(value), operator, _factor(factor))
    return value


def _times(value: float, operator: str, factor: float) -> float:
    if operator == "*":
        return value * factor
    if factor == 0:
        raise NotLiteral("divided by zero")
    return value / factor


def _factor(code: str) -> float:
    code = code.strip()
    if code in _WORDS:
        return _WORDS[code]
    if not _NUMBER.fullmatch(code):
        raise NotLiteral(code)
    return int(code) if code.lstrip("+-").isdecimal() else float(code)


def _glows(material: Mapping[str, object]) -> bool:
    """Say whether light comes from it: a colour to shine in, and not turned down to nothing."""
    shine = material.get("emissive")
    if shine is None or material.get("emissiveIntensity") == 0:
        return False
    return not (isinstance(shine, str) and shine.strip().lower() in _BLACK)
