"""Looks for halves of characters in texts."""

import re

_HALF = re.compile("[\ud800-\udfff]")


def no_halves(text: str) -> bool:
    """Return True if there are only whole characters in a text."""
    return _HALF.search(text) is None
