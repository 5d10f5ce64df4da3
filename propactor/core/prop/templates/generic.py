"""A pleasing composition for words the generator does not know: the same words, the same composition."""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import TypeVar

from propactor.core.prop.part import Part
from propactor.core.prop.templates.colors import hue, mix
from propactor.core.prop.templates.pieces import Shape, ball, box, cone, hoop, lit, ring, rod, shape

T = TypeVar("T")


def choose(seed: int, about: str, options: Sequence[T]) -> T:
    """Pick one of the options by the seed; each question gets an answer of its own."""
    digest = sha256(f"{seed} {about}".encode()).digest()
    return options[int.from_bytes(digest[:4]) % len(options)]


def generic(seed: int) -> Shape:
    """Compose a plinth, a core, things around it and a crown."""
    degrees = choose(seed, "hue", range(360))
    turn = choose(seed, "contrast", (40, 120, 180, 220))
    return shape(
        *choose(seed, "plinth", _PLINTHS)(),
        *choose(seed, "core", _CORES)(),
        *choose(seed, "around", _AROUND)(choose(seed, "count", (4, 5, 6, 8))),
        *choose(seed, "crown", _CROWNS)(),
        main=hue(degrees, strength=0.8),
        second=mix(hue(degrees, strength=0.35), "#3a3640", 0.45),
        accent=hue(degrees + turn, strength=0.95),
    )


_PLINTHS: Sequence[Callable[[], Iterable[Part]]] = (
    lambda: (rod("second", (0.38, 0.42, 0.08), (0, 0.04, 0)), hoop("accent", (0.36, 0.02), (0, 0.09, 0))),
    lambda: (box("second", (0.76, 0.08, 0.76), (0, 0.04, 0)), box("dark", (0.6, 0.06, 0.6), (0, 0.1, 0))),
    lambda: ring(4, ball("second", 0.11, (0.24, 0.09, 0.24)), rod("second", (0.16, 0.2, 0.06), (0, 0.12, 0))),
)
_CORES: Sequence[Callable[[], Iterable[Part]]] = (
    lambda: (box("main", (0.4, 0.26, 0.4), (0, 0.26 + 0.22 * n, 0), (0, 0.4 * n, 0)) for n in range(3)),
    lambda: (
        rod("main", (0.2, 0.26, 0.3), (0, 0.28, 0), sides=8),
        ball("main", 0.26, (0, 0.6, 0), sides=10),
        hoop("second", (0.27, 0.025), (0, 0.6, 0)),
    ),
    lambda: (
        rod("main", (0.3, 0.1, 0.3), (0, 0.27, 0), sides=6),
        rod("main", (0.1, 0.3, 0.36), (0, 0.6, 0), sides=6),
        hoop("second", (0.28, 0.03), (0, 0.42, 0)),
    ),
    lambda: (
        rod("main", (0.12, 0.17, 0.76), (0, 0.48, 0)),
        *(hoop("second", (0.17, 0.03), (0, y, 0)) for y in (0.26, 0.46, 0.66)),
    ),
)
_AROUND: Sequence[Callable[[int], Iterable[Part]]] = (
    lambda count: ring(count, lit(ball("accent", 0.05, (0, 0.5, 0.38)))),
    lambda count: ring(count, cone("accent", (0.06, 0.26), (0, 0.24, 0.33), (0.4, 0, 0), sides=6)),
    lambda count: ring(count, box("accent", (0.08, 0.3, 0.05), (0, 0.34, 0.36), (0.2, 0, 0))),
    lambda count: ring(
        count, rod("second", (0.02, 0.02, 0.5), (0, 0.35, 0.34)), ball("accent", 0.04, (0, 0.62, 0.34))
    ),
)
_CROWNS: Sequence[Callable[[], Iterable[Part]]] = (
    lambda: (cone("accent", (0.16, 0.26), (0, 0.96, 0)), ball("main", 0.04, (0, 1.1, 0))),
    lambda: (rod("second", (0.05, 0.08, 0.12), (0, 0.84, 0)), lit(ball("accent", 0.12, (0, 0.99, 0)))),
    lambda: (hoop("accent", (0.15, 0.03), (0, 0.96, 0), None), ball("main", 0.06, (0, 0.96, 0))),
)
