"""What adjectives do to the form of a prop: each trait is a function from parts to parts."""

from collections.abc import Callable, Iterable

from propactor.core.prop.part import Part
from propactor.core.prop.templates.colors import FIXED, mix
from propactor.core.prop.templates.pieces import ball, box, cone, hoop, lit, ring, rod
from propactor.core.prop.templates.placing import Parts, bottom, moved, scaled, settled, side, stretched, top
from propactor.core.prop.templates.turning import spun

MAX_PARTS = 60


def joined(parts: Parts, more: Iterable[Part]) -> Parts:
    """Add parts while there is room."""
    return (*parts, *more)[:MAX_PARTS]


def formed(parts: Parts, traits: frozenset[str]) -> Parts:
    """Apply traits in the order of the table, whatever their order in the prompt."""
    for trait, change in _CHANGES.items():
        if trait in traits:
            parts = settled(change(settled(parts)))
    return parts


def _stacked(parts: Parts) -> Parts:
    """Put up to three of them on top of each other, each turned a little."""
    step = top(parts) - bottom(parts)
    levels = range(min(3, MAX_PARTS // len(parts)))
    return tuple(spun(part, (0, 0.5 * n, 0)) for n in levels for part in moved(parts, (0, n * step, 0)))


def _mossy(parts: Parts) -> Parts:
    """Let moss and grass grow at the foot."""
    radius = _radius(parts) * 0.85
    tuft = ball("moss", 0.14, (0, 0.03, radius), sides=7)
    blade = cone("leaf", (0.03, 0.2), (0.1, 0.1, radius), (0.2, 0, -0.2), sides=5)
    return joined(parts, _in_color(ring(5, tuft, blade)))


def _fancy(parts: Parts) -> Parts:
    """Set it on a plinth with a golden rim and four golden knobs."""
    radius = _radius(parts) * 1.35
    plate = rod("face", (radius, radius * 1.06, 0.08), (0, 0.04, 0), sides=24)
    rim = hoop("brass", (radius, 0.025), (0, 0.08, 0))
    knobs = ring(4, ball("brass", 0.05, (0, 0.12, radius * 0.96)))
    return joined(moved(parts, (0, 0.08, 0)), _in_color((plate, rim, *knobs)))


def _spooky(parts: Parts) -> Parts:
    """Let three will-o'-the-wisps float around it, and put two bones before it."""
    radius, middle = _radius(parts), top(parts) * 0.65
    wisps = ring(3, lit(ball("wisp", 0.05, (0, middle, radius))), start=0.5)
    bones = (rod("face", (0.02, 0.02, 0.26), (0, 0.02, radius), (1.5708, 0, turn)) for turn in (0.8, -0.8))
    return joined(parts, _in_color((*wisps, *bones)))


def _broken(parts: Parts) -> Parts:
    """Lean it over and scatter some of it on the ground."""
    radius, color = _radius(parts), mix(parts[0].color, "#14121a", 0.2)
    rubble = ring(5, box(color, (0.12, 0.08, 0.1), (0, 0.04, radius), (0.3, 0.6, 0.2)), start=0.4)
    return joined(settled(_tilted(parts)), rubble)


def _tilted(parts: Parts) -> Parts:
    """Lean it to the side."""
    return tuple(spun(part, (0.08, 0, -0.2)) for part in parts)


def _radius(parts: Parts) -> float:
    """Return how far from the middle things at its foot should stand."""
    return max(0.3, (side(parts) + side(parts, -1)) / 2)


def _in_color(pieces: Iterable[Part]) -> Iterable[Part]:
    """Paint pieces whose roles have fixed colours."""
    for piece in pieces:
        yield Part(piece.type, piece.position, piece.args, FIXED[piece.color], piece.emissive, piece.rotation)


_CHANGES: dict[str, Callable[[Parts], Parts]] = {
    "stacked": _stacked,
    "tall": lambda parts: stretched(parts, 0.95, 1.5),
    "wide": lambda parts: stretched(parts, 1.45, 0.9),
    "mossy": _mossy,
    "fancy": _fancy,
    "spooky": _spooky,
    "broken": _broken,
    "tilted": _tilted,
    "tiny": lambda parts: scaled(parts, 0.35),
    "giant": lambda parts: scaled(parts, 3),
}
