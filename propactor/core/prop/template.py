"""A prop from a prompt without a model: honest, at once, and the same each time."""

from dataclasses import replace

from propactor.core.prop.part import Part, Prop
from propactor.core.prop.templates.features import PromptFeatures, read
from propactor.core.prop.templates.generic import choose, generic
from propactor.core.prop.templates.painting import painted
from propactor.core.prop.templates.placing import Parts, moved, scaled, settled, side, top
from propactor.core.prop.templates.shapes import SHAPES
from propactor.core.prop.templates.traits import formed, joined

# Where things stand on furniture; on anything else they stand on its highest point.
_SURFACES = {"table": 0.75, "chair": 0.53, "bench": 0.475, "bed": 0.46, "boat": 0.27, "throne": 0.51}


def make(prompt: str, name: str) -> Prop:
    """Return the prop for a prompt: 8 to 60 parts, standing on the ground."""
    features = read(prompt)
    parts = formed(_composed(features), features.traits)
    parts = settled(scaled(parts, choose(features.seed, "size", range(94, 107)) / 100))
    return Prop(name, tuple(_tidy(part) for part in parts))


def _composed(features: PromptFeatures) -> Parts:
    """Return the body with whatever else was named."""
    body, companion, on_top, _ = features.things
    shape = generic(features.seed) if body is None else SHAPES[body]
    parts = painted(shape, features)
    if companion is None:
        return parts
    guest = settled(painted(SHAPES[companion], PromptFeatures(features.seed)))
    return _with_rider(parts, guest, _SURFACES.get(str(body))) if on_top else _with_neighbour(parts, guest)


def _with_rider(parts: Parts, guest: Parts, surface: float | None) -> Parts:
    """Put a smaller guest on top."""
    floor = top(parts) if surface is None else surface
    return joined(parts, moved(scaled(guest, 0.6), (0, floor, 0)))


def _with_neighbour(parts: Parts, guest: Parts) -> Parts:
    """Put a smaller guest to the right, before the body."""
    small = scaled(guest, 0.5)
    return joined(settled(parts), moved(small, (side(parts) + 0.6 * side(small, -1), 0, 0.2)))


def _tidy(part: Part) -> Part:
    """Round to a tenth of a millimetre and leave out a rotation that does not turn."""
    x, y, z = (_rounded(value) for value in part.position)
    a, b, c = (_rounded(value) for value in part.rotation or (0, 0, 0))
    args = tuple(_rounded(value) for value in part.args)
    return replace(
        part, position=(x, y, z), args=args, rotation=(a, b, c) if (a, b, c) != (0, 0, 0) else None
    )


def _rounded(value: float) -> float:
    """Round a number, to an int where it is whole: no minus zero, no exponent."""
    short = round(value, 4)
    return int(short) if short == int(short) else short
