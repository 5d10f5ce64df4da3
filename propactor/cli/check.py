"""``propactor check``: is the configuration right, is the gateway there, and what will it stream."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from propactor.cli.exits import FAILURE, OK, settings_faults
from propactor.cli.logs import Level, log_to_stderr
from propactor.cli.options import Config

if TYPE_CHECKING:
    from propactor.cli.probe import Probe
    from propactor.settings import Settings


def check(
    config: Config = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds to wait for the gateway.")] = 10.0,
) -> None:
    """Check the configuration, connect to the gateway if there is one, and say what will and won't stream.

    The exit code is 0 when everything is usable, 1 when the gateway isn't, 2 when the configuration isn't.

    For example:

    `propactor check`

    `PROPACTOR_GATEWAY__URL=ws://127.0.0.1:18789 propactor check --json | jq .gateway.streams`
    """
    log_to_stderr(Level.ERROR)
    with settings_faults():
        settings = _settings(config)
    found = _probe(settings, timeout, quiet=json)
    _show(settings, found, json=json)
    raise typer.Exit(OK if found is None or found.trouble is None else FAILURE)


def _settings(config: Any) -> "Settings":
    from propactor.settings import check_exposure, load

    settings = load(config)
    check_exposure(settings.server)
    return settings


def _probe(settings: "Settings", patience: float, *, quiet: bool) -> "Probe | None":
    """Look at the gateway, with a sign of life for who waits at a terminal."""
    if not settings.gateway.url:
        return None
    import asyncio

    from rich.console import Console

    from propactor.cli.probe import probe

    with Console(stderr=True, quiet=quiet).status("connecting to the gateway"):
        return asyncio.run(probe(settings.gateway, patience=patience))


def _show(settings: "Settings", found: "Probe | None", *, json: bool) -> None:
    from propactor.cli.report import as_json, print_report
    from propactor.cli.unread import unread

    warnings = [f"{name} is set, but nothing reads it yet" for name in unread(settings)]
    if json:
        print(as_json(found, warnings))
    else:
        print_report(found, warnings)
