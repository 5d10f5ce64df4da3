"""``propactor serve``: run the service until a signal stops it."""

import errno
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from propactor import __version__
from propactor.cli.exits import USAGE, exit_with_error, settings_faults
from propactor.cli.logs import Level, log_to_stderr
from propactor.cli.options import Config, Speed, factor, load_settings

if TYPE_CHECKING:
    from propactor.actors.upstreams import Upstreams
    from propactor.settings import Settings


def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on, instead of [server] host.", show_default=False)
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Port to listen on, instead of [server] port; 0 takes a free one.",
            show_default=False,
        ),
    ] = None,
    config: Config = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="Answer with recordings: those in RECORDINGS, or some of ours.")
    ] = False,
    recordings: Annotated[
        Path | None,
        typer.Argument(help="Folder with .jsonl files, for --replay.", file_okay=False, show_default=False),
    ] = None,
    speed: Speed = "1",
    log_level: Annotated[Level, typer.Option(help="What to log to stderr.")] = Level.INFO,
) -> None:
    """Serve generations over HTTP until SIGTERM or Ctrl-C; what runs then may finish.

    Other machines can only reach it when a token is set.

    With `--replay` no gateway is asked: each request is answered by the recording whose prompt is most like
    its own, or else by the next in turn.

    For example:

    `propactor serve --port 8080`

    `PROPACTOR_SERVER__TOKEN=… propactor serve --host 0.0.0.0 --config config.toml`

    `propactor serve --replay recordings/`
    """
    log_to_stderr(log_level)
    if recordings is not None and not replay:
        raise typer.BadParameter("a folder of recordings goes with --replay")
    with settings_faults():
        settings = _settings(config, host=host, port=port)
        _run(*(_replaying(settings, recordings, speed) if replay else (settings, None)))


def _settings(config: Path | None, *, host: str | None, port: int | None) -> "Settings":
    from propactor.settings import check_exposure

    said = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = load_settings(config, **({"server": said} if said else {}))
    check_exposure(settings.server)
    return settings


def _replaying(settings: "Settings", folder: Path | None, speed: str) -> "tuple[Settings, Upstreams]":
    from propactor.recordings.library import NoRecordings, read_all
    from propactor.recordings.player import replaying

    try:
        return replaying(settings, read_all(folder), factor(speed))
    except NoRecordings as exc:
        exit_with_error(str(exc), USAGE)


def _run(settings: "Settings", upstreams: "Upstreams | None") -> None:
    from propactor.cli.banner import Banner
    from propactor.server.serve import run

    banner = Banner(__version__, protected=bool(settings.server.token.get_secret_value()))
    try:
        run(settings, banner.begin, upstreams)
    except OSError as exc:
        if banner.begun:
            raise
        exit_with_error(_explain(exc, settings.server.host, settings.server.port))


def _explain(exc: OSError, host: str, port: int) -> str:
    """Return why the service can't listen there, and what to do about it."""
    if exc.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken: choose another with --port, or --port 0 for a free one"
    if exc.errno == errno.EACCES:
        return f"port {port} is not ours to take: choose one from 1024 on with --port"
    return f"can't listen on {host}: {exc.strerror or exc}"
