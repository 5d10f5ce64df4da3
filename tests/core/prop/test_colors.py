"""Colours in one spelling."""

import pytest

from propactor.core.prop import colors


@pytest.mark.parametrize(
    ("said", "known"),
    [("#F0a", "#ff00aa"), ("#A1b2C3", "#a1b2c3"), (" Tomato ", "tomato"), ("grey", "grey")],
)
def test_known(said: str, known: str) -> None:
    """A colour has one spelling, however it was written."""
    assert colors.normal(said) == known


@pytest.mark.parametrize(
    "said", ["", "#", "#ff", "#ffff", "#ggg", "rgb(1, 2, 3)", "blurple", "#12345678", "#١٢٣"]
)
def test_unknown(said: str) -> None:
    """What three.js would draw in white with a warning is no colour."""
    assert colors.normal(said) is None


def test_names() -> None:
    """CSS has 148 names."""
    assert len(colors.NAMES) == 148
