"""Foreign text made fit for a terminal."""

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(value: object) -> str:
    """Return text without what could steer the terminal or can't be written; None is nothing."""
    return "" if value is None else _CONTROL.sub("", str(value))


def one_line(text: str, width: int) -> str:
    """Return text on one line, cut to a width."""
    flat = " ".join(text.split())
    return flat if len(flat) <= width else f"{flat[: max(0, width - 1)]}…"
