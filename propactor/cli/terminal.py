"""Small courtesies of terminals."""

import contextlib
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def without_caret() -> Iterator[None]:
    """Keep the terminal from writing ``^C`` into what is being redrawn, which would shift it by a line."""
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
