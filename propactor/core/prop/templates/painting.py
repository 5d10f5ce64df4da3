"""From the colours a shape usually has to those the prompt asks for."""

from dataclasses import replace

from propactor.core.prop.templates.colors import FIXED, MATERIALS, SHADES, Palette, mix
from propactor.core.prop.templates.features import PromptFeatures
from propactor.core.prop.templates.generic import choose
from propactor.core.prop.templates.pieces import ROLES, Shape
from propactor.core.prop.templates.placing import Parts

_SPOOKY = {"main": "#3d3350", "second": "#2a2633", "accent": "#8dff6a"}


def painted(shape: Shape, features: PromptFeatures) -> Parts:
    """Return the shape's pieces in their final colours."""
    palette = _palette(shape, features)
    glows = {shape.shines} if features.traits & {"glowing"} else set()
    return tuple(
        replace(piece, color=palette[piece.color], emissive=piece.emissive or piece.color in glows)
        for piece in shape.pieces
    )


def _palette(shape: Shape, features: PromptFeatures) -> Palette:
    """Return a colour for every role: the words' own first, then the material's, then the shape's."""
    palette = {**FIXED, **_weathered(shape.colors, features.seed)}
    if "spooky" in features.traits:
        palette |= {role: mix(palette[role], color, 0.7) for role, color in _SPOOKY.items()}
    if "fancy" in features.traits:
        palette |= {"accent": "#e8bd45"}
    if features.material is not None:
        palette |= dict(zip(ROLES, MATERIALS[features.material], strict=False))
    palette |= dict(zip(ROLES, features.colors, strict=False))
    if features.shade is not None:
        palette |= {role: mix(palette[role], *SHADES[features.shade]) for role in ("main", "second")}
    return palette


def _weathered(colors: Palette, seed: int) -> Palette:
    """Return colours a little lighter, darker, warmer or cooler, so that prompts differ."""
    toward = choose(seed, "weather", ("#ffffff", "#14121a", "#ffb070", "#70a8ff"))
    share = choose(seed, "share", range(1, 16)) / 100
    return {role: mix(color, toward, share) for role, color in colors.items()}
