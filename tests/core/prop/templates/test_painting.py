"""The colours a features gives to a shape."""

from propactor.core.prop.templates.colors import COLORS, FIXED, MATERIALS, hue, mix
from propactor.core.prop.templates.features import PromptFeatures, read
from propactor.core.prop.templates.painting import painted
from propactor.core.prop.templates.pieces import ROLES, ball, lit, shape

SHAPE = shape(
    *(ball(role, 1, (0, 0, 0)) for role in (*ROLES, "leaf")),
    lit(ball("dark", 1, (0, 0, 0))),
    main="#804020",
    second="#208040",
    accent="#402080",
)


def colors(features: PromptFeatures) -> list[str]:
    """Return the colours of the four roles."""
    return [part.color for part in painted(SHAPE, features)][:4]


def test_words_first() -> None:
    """A colour that is named wins over the material, which wins over the shape's own."""
    main, second, accent, _ = colors(read("red golden thing"))

    assert (main, second, accent) == (COLORS["red"], *MATERIALS["gold"][1:])


def test_two_colors() -> None:
    """A second colour goes to the second role."""
    assert colors(read("red blue thing"))[:2] == [COLORS["red"], COLORS["blue"]]


def test_fixed() -> None:
    """A leaf stays green."""
    assert painted(SHAPE, read("red thing"))[4].color == FIXED["leaf"]


def test_shade() -> None:
    """Dark red is darker than red, pale red is paler."""
    dark, pale = (colors(read(f"{shade} red thing"))[0] for shade in ("dark", "pale"))

    assert dark < COLORS["red"] < pale


def test_glow() -> None:
    """What glows is the role meant to, and what is lit anyway."""
    assert [part.emissive for part in painted(SHAPE, read("thing"))] == [False] * 5 + [True]
    assert [part.emissive for part in painted(SHAPE, read("glowing thing"))][:4] == [
        False,
        False,
        True,
        False,
    ]


def test_moods() -> None:
    """Spooky things are dark with a sickly accent, fancy ones have gold on them."""
    assert colors(read("spooky thing"))[0] < colors(read("thing"))[0]
    assert colors(read("fancy thing"))[2] == "#e8bd45"


def test_seeds() -> None:
    """Where no colour is named, prompts differ a little."""
    assert colors(read("old thing")) != colors(read("new thing"))


def test_mix() -> None:
    """Mixing goes from one colour to the other."""
    assert [mix("#000000", "#ffff80", share) for share in (0, 0.5, 1)] == ["#000000", "#808040", "#ffff80"]


def test_hue() -> None:
    """The wheel closes: 360 degrees is where it began."""
    assert hue(0) == hue(360) != hue(120)
