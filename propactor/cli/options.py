"""Options that several commands share, and the values they stand for."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from propactor.cli.exits import settings_faults

if TYPE_CHECKING:
    from propactor.settings import Settings

Config = Annotated[
    Path | None,
    typer.Option(
        help="TOML file with the settings; without it ./config.toml is read if it is there. "
        "Environment variables such as PROPACTOR_SERVER__PORT win over the file.",
        show_default=False,
    ),
]

Folder = Annotated[
    Path | None,
    typer.Option(file_okay=False, help="Folder to write NAME.tsx and NAME.json to.", show_default=False),
]

Lines = Annotated[bool, typer.Option("--json", help="Print each event as a line of JSON, and nothing else.")]

Timeout = Annotated[
    float | None,
    typer.Option(min=0.1, help="Seconds after which the generation is cancelled.", show_default=False),
]

Speed = Annotated[str, typer.Option(help="How many times as fast as it was, or max for as fast as possible.")]


def load_settings(config: Path | None, **tables: dict[str, Any]) -> "Settings":
    """Read the settings; the command ends where they can't be used.

    Args:
        config: The file of the option ``--config``.
        tables: Values that count more than the file and the environment.
    """
    from propactor.registry import check_order
    from propactor.settings import load

    with settings_faults():
        settings = load(config, **tables)
        check_order(settings)
        return settings


def factor(speed: str) -> float | None:
    """Return how many times as fast a recording is played, None for as fast as possible.

    Raises:
        typer.BadParameter: it is no speed.
    """
    if speed == "max":
        return None
    try:
        number = float(speed)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise typer.BadParameter(f"{speed!r} is neither max nor a number above 0", param_hint="--speed")
    return number
