"""How commands end: exit codes, and failures as a line on stderr instead of a traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

OK, FAILURE, USAGE, INTERRUPTED = 0, 1, 2, 130


def exit_with_error(message: str, code: int = FAILURE) -> NoReturn:
    """Print on stderr why the command can't do what it should, and end it with an exit code."""
    for line in message.splitlines():
        print(f"propactor: {line}", file=sys.stderr)
    raise typer.Exit(code)


@contextmanager
def settings_faults() -> Iterator[None]:
    """End the command where the settings can't be used, with the reason on stderr."""
    from propactor.settings import SettingsError

    try:
        yield
    except SettingsError as exc:
        exit_with_error(str(exc), USAGE)
