"""The command line: a file for each command, which imports what it needs when it runs, so help is quick."""

import sys
from io import TextIOWrapper


def main() -> None:
    """Run the command that the arguments name."""
    from propactor.cli.app import app

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a console that lacks a character must not end a command
            stream.reconfigure(errors="replace")
    app(prog_name="propactor")
