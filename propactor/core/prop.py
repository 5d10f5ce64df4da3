"""A prop is a list of parts: five kinds of geometry, placed, turned, coloured."""

from collections.abc import Mapping
from dataclasses import dataclass

Vector = tuple[float, float, float]


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
