"""Colours by name, materials, and how to mix them."""

from collections.abc import Mapping

Palette = Mapping[str, str]

# Roles that keep their colour whatever the prompt says: a flame stays a flame.
FIXED: Palette = {
    "leaf": "#4f8f3a", "ember": "#ff6a2a", "carrot": "#f08a24", "bulb": "#fff3c4", "face": "#f7f1e1",
    "paper": "#f4ead2", "steam": "#e9eef2", "base": "#77797f", "grip": "#5a3a26", "gem": "#d2343f",
    "glass": "#b9dde8", "cork": "#b98148", "window": "#ffd884", "log": "#6e4a2c", "stone": "#94969e",
    "door": "#6b3f24", "brass": "#d8b04c", "water": "#4f9fd0", "tail": "#b3202c", "nose": "#e58a8f",
    "moss": "#5f8f3a", "wisp": "#8dff6a",
}  # fmt: skip

COLORS: Palette = {
    "red": "#d2343f", "crimson": "#b01030", "scarlet": "#e0301e", "maroon": "#7c1f2f", "orange": "#ef8a2c",
    "amber": "#f5b032", "yellow": "#f4cf3c", "lime": "#9bd83a", "green": "#4c9f4a", "olive": "#808a3a",
    "emerald": "#27a567", "mint": "#98e0bd", "teal": "#2a8f8f", "turquoise": "#40cfc3", "cyan": "#42d4e8",
    "aqua": "#58dbe0", "sky": "#87c7ee", "blue": "#3a6fd0", "navy": "#24386e", "indigo": "#4b3f9e",
    "violet": "#8a5bd0", "purple": "#8246b4", "lavender": "#b9a6e4", "lilac": "#c7a3dd",
    "magenta": "#d13fae", "fuchsia": "#e04bb8", "pink": "#f08db4", "salmon": "#f28f7c", "coral": "#f4775c",
    "peach": "#f9bf95", "brown": "#85562f", "tan": "#c9a578", "beige": "#e3d3b0", "ivory": "#f6f0dd",
    "cream": "#f5e8c8", "white": "#f3f4f6", "gray": "#8d9097", "grey": "#8d9097", "black": "#2b2c33",
    "khaki": "#bdb06b", "chocolate": "#64402a",
}  # fmt: skip

# Colours of main, second and accent.
MATERIALS: Mapping[str, tuple[str, str, str]] = {
    "wood": ("#a8713f", "#7d5029", "#c4935a"), "stone": ("#96989f", "#787a82", "#b3b5bb"),
    "marble": ("#ecebe6", "#cfcdc6", "#b9a774"), "gold": ("#e2b33c", "#b9892a", "#f7da7d"),
    "silver": ("#c3c9d2", "#939aa6", "#eef1f5"), "bronze": ("#b0763a", "#7e5228", "#d69c58"),
    "copper": ("#c47a4f", "#925437", "#e2a27c"), "metal": ("#8b939f", "#5f6670", "#b7bfca"),
    "rust": ("#9a5430", "#6c3a25", "#c07a3f"), "crystal": ("#7fd6ea", "#559fc4", "#c9f4ff"),
    "glass": ("#bfe3ee", "#8fbccb", "#e8f8fc"), "ice": ("#a9def5", "#7fbfe2", "#e6f7ff"),
    "bone": ("#ece4cf", "#c9bd9e", "#fff9ea"), "candy": ("#f58ab6", "#7fd8d0", "#fff1a8"),
    "brick": ("#ad5340", "#8a4335", "#cfc1b0"), "paper": ("#f4ead2", "#ddd0b2", "#d2343f"),
    "lava": ("#4a2a26", "#33201f", "#ff6a2a"), "jade": ("#4fae84", "#34805f", "#a5e3c6"),
    "obsidian": ("#2d2936", "#1e1b26", "#7a55c4"), "neon": ("#35f0d0", "#3a3350", "#ff4fd0"),
}  # fmt: skip

# What a shade mixes in, and how much of it.
SHADES: Mapping[str, tuple[str, float]] = {
    "dark": ("#14121a", 0.45), "deep": ("#14121a", 0.3), "light": ("#ffffff", 0.4),
    "pale": ("#f2efe8", 0.55), "bright": ("#ffffff", 0.15), "pastel": ("#ffffff", 0.5),
}  # fmt: skip


def mix(color: str, other: str, share: float) -> str:
    """Return a colour with a share of another in it."""
    pairs = zip(_channels(color), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def hue(degrees: int, *, strength: float = 0.6) -> str:
    """Return a bright colour from the colour wheel."""
    sector, share = divmod(degrees % 360, 120)
    wheel = ("#e05a50", "#55b86a", "#4f7fe0", "#e05a50")
    return mix("#b8b4ac", mix(wheel[sector], wheel[sector + 1], share / 120), strength)


def _channels(color: str) -> tuple[int, ...]:
    """Return red, green and blue."""
    return tuple(int(color[start : start + 2], 16) for start in (1, 3, 5))
