"""``propactor check``: is the configuration right, are the upstreams there, and what will they stream?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from propactor.cli.exits import FAILURE, OK, settings_faults
from propactor.cli.logs import Level, log_to_stderr
from propactor.cli.options import Config, load_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from propactor.core.upstream import ProbeReport
    from propactor.registry import Row
    from propactor.settings import Settings


def check(
    config: Config = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds to wait for an answer.")] = 10.0,
    through: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="Look instead whether streams pass live from the service at this address to here.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Check the configuration, ask the gateway or the model there is, and say what will and won't stream.

    The exit code is 0 when everything is usable, 1 when the gateway or the model isn't, 2 when the
    configuration isn't.

    For example:

    `propactor check`

    `PROPACTOR_GATEWAY__URL=ws://127.0.0.1:18789 propactor check --json | jq .gateway.streams`

    `propactor check --through https://props.example.org`
    """
    log_to_stderr(Level.ERROR)
    settings = _settings(config)
    if through is not None:
        from propactor.cli.buffering_check import check_buffering

        token = settings.server.token.get_secret_value()
        raise typer.Exit(check_buffering(through, token, timeout, json=json))
    from propactor.registry import ROWS

    found: dict[str, ProbeReport | None] = {
        row.kind: _probe(row, settings, timeout, quiet=json) for row in ROWS.values() if row.probe
    }
    _show(settings, found, json=json)
    troubled = any(report is not None and report.trouble is not None for report in found.values())
    raise typer.Exit(FAILURE if troubled else OK)


def _settings(config: Path | None) -> "Settings":
    from propactor.settings import check_exposure

    settings = load_settings(config)
    with settings_faults():
        check_exposure(settings.server)
    return settings


def _probe(row: "Row", settings: "Settings", timeout: float, *, quiet: bool) -> "ProbeReport | None":
    """Probe an upstream, if it is configured, with a spinner for people at a terminal."""
    if row.probe is None or not row.is_configured(settings):
        return None
    import asyncio

    from rich.console import Console

    with Console(stderr=True, quiet=quiet).status(f"looking at the {row.kind}"):
        return asyncio.run(row.probe(settings, timeout))


def _show(settings: "Settings", found: "Mapping[str, ProbeReport | None]", *, json: bool) -> None:
    from propactor.cli.report import as_json, print_report, warnings

    said = list(warnings(settings))
    if json:
        print(as_json(found, said))
    else:
        print_report(found, said)
