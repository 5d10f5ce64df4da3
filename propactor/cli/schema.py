"""``propactor schema``: the events as TypeScript types, made from the classes that are sent."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from propactor.cli.exits import exit_with_error


def schema(
    out: Annotated[
        Path | None, typer.Option(help="File to write instead of standard output.", show_default=False)
    ] = None,
) -> None:
    """Write the events, the error codes and the table of states as a TypeScript module.

    For example:

    `propactor schema --out events.ts`
    """
    from propactor.core.typescript import schema as text

    if out is None:
        sys.stdout.write(text())
        return
    try:
        out.write_text(text(), encoding="utf-8")
    except OSError as exc:
        exit_with_error(f"{out}: {exc.strerror}")
