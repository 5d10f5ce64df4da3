"""The Typer application with all commands, and the options that stand before a command."""

from typing import Annotated

import typer

from propactor import __version__
from propactor.cli.check import check
from propactor.cli.diagram import diagram
from propactor.cli.generate import generate
from propactor.cli.record import record
from propactor.cli.replay import replay
from propactor.cli.schema import schema
from propactor.cli.serve import serve

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        print(f"propactor {__version__}")
        raise typer.Exit


@app.callback()
def start(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Watch an AI build a 3D prop: real thoughts, tools, code and parts, streamed as they happen.

    `propactor generate "A glowing mushroom lamp"` is the quickest way to see it; `propactor serve` makes it
    a service; `propactor check` tells what your gateway will and won't stream; `propactor diagram` draws
    the machines behind it. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 130 interrupted.
    """


app.command()(serve)
app.command()(generate)
app.command()(record)
app.command()(replay)
app.command()(check)
app.command()(diagram)
app.command()(schema)
