"""``propactor check``: is the configuration right, is the gateway there, and what will it stream."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from propactor.cli.exits import FAILURE, OK, settings_faults
from propactor.cli.logs import Level, log_to_stderr
from propactor.cli.options import Config, load_settings

if TYPE_CHECKING:
    from propactor.cli.modelprobe import ModelProbe
    from propactor.cli.probe import Probe
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
    gateway, model = _probe(settings, timeout, quiet=json), _probe_model(settings, timeout, quiet=json)
    _show(settings, gateway, model, json=json)
    troubled = any(found is not None and found.trouble is not None for found in (gateway, model))
    raise typer.Exit(FAILURE if troubled else OK)


def _settings(config: Path | None) -> "Settings":
    from propactor.settings import check_exposure

    settings = load_settings(config)
    with settings_faults():
        check_exposure(settings.server)
    return settings


def _probe(settings: "Settings", timeout: float, *, quiet: bool) -> "Probe | None":
    """Look at the gateway, with a sign of life for who waits at a terminal."""
    if not settings.gateway.url:
        return None
    import asyncio

    from rich.console import Console

    from propactor.cli.probe import probe

    with Console(stderr=True, quiet=quiet).status("connecting to the gateway"):
        return asyncio.run(probe(settings.gateway, timeout=timeout))


def _probe_model(settings: "Settings", timeout: float, *, quiet: bool) -> "ModelProbe | None":
    """Look at the model's own API, if one is configured."""
    from propactor.registry import model_options

    if not model_options(settings).known:
        return None
    import asyncio

    from rich.console import Console

    from propactor.cli.modelprobe import probe_model

    with Console(stderr=True, quiet=quiet).status("asking for the model"):
        return asyncio.run(probe_model(settings, timeout=timeout))


def _show(settings: "Settings", gateway: "Probe | None", model: "ModelProbe | None", *, json: bool) -> None:
    from propactor.cli.report import as_json, print_report
    from propactor.cli.unread import idle, unread

    warnings = [f"{name} is set, but nothing reads it yet" for name in unread(settings)]
    warnings += idle(settings)
    if json:
        print(as_json(gateway, model, warnings))
    else:
        print_report(gateway, model, warnings)
