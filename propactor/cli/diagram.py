"""``propactor diagram``: the state machines, drawn from the tables that run."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from propactor.cli.exits import exit_with_error


class MachineName(StrEnum):
    """The machines there are."""

    GENERATION = "generation"
    LINK = "link"


class Format(StrEnum):
    """How a diagram can be had."""

    MERMAID = "mermaid"
    SVG = "svg"


def diagram(
    machine: Annotated[
        MachineName, typer.Option(help="The life of a generation, or of the link to the gateway.")
    ] = MachineName.GENERATION,
    format: Annotated[  # noqa: A002  the name of the option
        Format, typer.Option(help="Mermaid text, or a picture (needs `pip install 'propactor[diagrams]'`).")
    ] = Format.MERMAID,
    out: Annotated[
        Path | None, typer.Option(help="File to write instead of standard output.", show_default=False)
    ] = None,
) -> None:
    """Draw a state machine, from the very table that runs it.

    For example:

    `propactor diagram`

    `propactor diagram --machine link --format svg --out link.svg`
    """
    text = _source(machine)
    if format is Format.SVG:
        text = _svg(text)
    if out is None:
        sys.stdout.write(text)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as exc:
        exit_with_error(f"{out}: {exc.strerror}")


def _source(machine: MachineName) -> str:
    from propactor.adapters.openclaw.connection.link_status import LINK
    from propactor.core.diagram import mermaid
    from propactor.core.machine import GENERATION

    tables = {MachineName.GENERATION: GENERATION, MachineName.LINK: LINK}
    return mermaid(tables[machine])


def _svg(source: str) -> str:
    try:
        import mermaidx
    except ImportError:
        exit_with_error("pictures need mermaidx: pip install 'propactor[diagrams]'")
    return f"{mermaidx.render(source).svg()}\n"
