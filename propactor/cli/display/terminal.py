"""What a terminal can take: text without control characters, lines that fit, no ``^C`` in what is redrawn."""

import contextlib
import re
import sys
from collections.abc import Iterator

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean(value: object) -> str:
    """Return text without what could steer the terminal or can't be written; None is nothing."""
    return "" if value is None else _CONTROL.sub("", str(value))


def one_line(text: str, width: int) -> str:
    """Return text on one line, cut to a width."""
    flat = " ".join(text.split())
    return flat if len(flat) <= width else f"{flat[: max(0, width - 1)]}…"


@contextlib.contextmanager
def without_caret() -> Iterator[None]:
    """Keep the terminal from writing ``^C`` where something is redrawn, which would shift it by a line."""
    try:
        import termios
    except ImportError:  # Windows writes none
        yield
        return
    try:
        before = termios.tcgetattr(sys.stdin)
    except (termios.error, OSError, ValueError):  # stdin is no terminal
        yield
        return
    quiet = list(before)
    quiet[3] = before[3] & ~termios.ECHOCTL
    termios.tcsetattr(sys.stdin, termios.TCSADRAIN, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
