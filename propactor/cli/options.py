"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path | None,
    typer.Option(
        help="TOML file with the settings; without it ./config.toml is read if it is there. "
        "Environment variables such as PROPACTOR_SERVER__PORT win over the file.",
        show_default=False,
    ),
]
