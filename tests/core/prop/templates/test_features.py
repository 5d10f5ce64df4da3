"""What prompts are understood to mean."""

import pytest

from propactor.core.prop.templates.features import Things, read


@pytest.mark.parametrize(
    ("prompt", "things"),
    [
        ("a lamp", Things("lamp")),
        ("a lamp in blue", Things("lamp")),
        ("A glowing mushroom lamp", Things("mushroom", light=True)),
        ("a lamp shaped like a mushroom", Things("mushroom", light=True)),
        ("a mushroom house", Things("house", "mushroom")),
        ("a lamp lamp", Things("lamp")),
        ("an old street lamp", Things("lantern")),
        ("a robot holding a red rose", Things("robot", "flower")),
        ("a cat on the chair", Things("chair", "cat", on_top=True)),
        ("on the chair", Things("chair")),
        ("a stone tower", Things("tower")),
        ("a stone", Things("rock")),
        ("rock with crystals", Things("rock", "crystal")),
        ("a light blue house", Things("house")),
        ("a light", Things("lamp")),
        ("a flux harmonizer", Things()),
    ],
)
def test_things(prompt: str, things: Things) -> None:
    """The grammar decides what is the body and what comes with it."""
    assert read(prompt).things == things


def test_looks() -> None:
    """Colours, shade, material and traits are found wherever they stand."""
    features = read("A tiny, dark RED and golden haunted wooden house, red door")

    assert features.colors == ("#d2343f",)
    assert (features.shade, features.material) == ("dark", "gold")
    assert features.traits == {"tiny", "spooky"}


@pytest.mark.parametrize(
    ("prompt", "material"),
    [("a crystal", None), ("a crystal sword", "crystal"), ("rock with crystals", None)],
)
def test_material(prompt: str, material: str | None) -> None:
    """A word that is a thing here is not a material."""
    assert read(prompt).material == material


def test_seed() -> None:
    """The seed follows the words, not their case, spacing or notes."""
    assert read("A  Red lamp!").seed == read("a red lamp #scenario=x").seed
    assert read("a red lamp").seed != read("a blue lamp").seed
    assert read("灯").seed != read("树").seed


def test_light_glows() -> None:
    """A mushroom lamp glows without the word."""
    assert read("mushroom lamp").traits == {"glowing"}
