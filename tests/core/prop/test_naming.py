"""Names that are identifiers, whatever the prompt."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propactor.core.prop.naming import MAX_CHARS, TAKEN, component_name, words


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("A glowing mushroom lamp", "GlowingMushroomLamp"),
        ("please make me the old wizard's hat", "OldWizardsHat"),
        ("Café-Tisch für Straßenkünstler", "CafeTischFurStrassenkunstler"),
        ("an LED SIGNPOST", "LEDSignpost"),
        ("one two three four five six", "OneTwoThreeFourFive"),
        ("lamp #scenario=think-tool-text see https://example.org/a?b=c", "LampSee"),
        ("3d printer", "Prop3dPrinter"),
    ],
)
def test_names(prompt: str, name: str) -> None:
    """A name says what the prompt says, without its small words."""
    assert component_name(prompt) == name


@pytest.mark.parametrize("prompt", ["", "the", "蘑菇灯", "#model=x", "🍄"])
def test_last_resort(prompt: str) -> None:
    """A prompt without a word for a name makes a plain prop."""
    assert component_name(prompt) == "Prop"


@pytest.mark.parametrize(
    ("prompt", "name"), [("Object", "ObjectProp"), ("a map", "MapProp"), ("con", "ConProp")]
)
def test_taken(prompt: str, name: str) -> None:
    """A name that means something else already gets a suffix."""
    assert component_name(prompt) == name


def test_long_words() -> None:
    """A word that no longer fits is left out; a first word that never fits is cut."""
    assert component_name("short " + "x" * 60) == "Short"
    assert component_name("x" * 60) == "X" + "x" * 43


@given(st.text())
def test_always_an_identifier(prompt: str) -> None:
    """Any text gives a capitalised ASCII identifier of bounded length that nobody else uses."""
    name = component_name(prompt)

    assert re.fullmatch(r"[A-Z][A-Za-z0-9]*", name)
    assert len(name) <= MAX_CHARS
    assert name.lower() not in TAKEN


def test_words() -> None:
    """Words are ASCII; what is not separates them."""
    assert words("Zoë’s naïve→plan #a=b") == ["Zoes", "naive", "plan"]
