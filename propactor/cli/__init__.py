"""The command line. Each command is a file; what it needs is imported when it runs, so that help is quick."""

import sys
from io import TextIOWrapper


def main() -> None:
    """Run the command that the arguments name."""
    from propactor.cli.app import app

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a console that lacks a character must not end a command
            stream.reconfigure(errors="replace")
    app(prog_name="propactor")
