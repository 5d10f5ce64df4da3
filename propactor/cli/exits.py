"""How commands end: exit codes, and failures told in a line instead of a traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

OK, FAILURE, USAGE, INTERRUPTED = 0, 1, 2, 130


def exit_with_error(message: str, code: int = FAILURE) -> NoReturn:
    """Say on stderr why the command can't do what it should, and end it."""
    for line in message.splitlines():
        print(f"propactor: {line}", file=sys.stderr)
    raise typer.Exit(code)


@contextmanager
def settings_faults() -> Iterator[None]:
    """Turn a configuration that can't be used into an exit."""
    from propactor.settings import SettingsError

    try:
        yield
    except SettingsError as exc:
        exit_with_error(str(exc), USAGE)
