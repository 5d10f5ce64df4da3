"""``propactor replay``: play a recording, shown as a generation is."""

from pathlib import Path
from typing import Annotated

import typer

from propactor.cli.exits import USAGE, exit_with_error
from propactor.cli.options import Config, Folder, Lines, Speed, factor, load_settings


def replay(
    recording: Annotated[
        Path | None,
        typer.Argument(help="File that `propactor record` wrote; without one, a demo.", dir_okay=False),
    ] = None,
    speed: Speed = "1",
    out: Folder = None,
    json: Lines = False,
    config: Config = None,
) -> None:
    """Play a recording: its frames go, in their time, through all that a gateway's go through.

    Ctrl-C stops it. The exit code is 0 with a result, 1 without, 130 after Ctrl-C.

    For example:

    `propactor replay`

    `propactor replay lamp.jsonl --speed 4`

    `propactor replay lamp.jsonl --speed max --json | jq -c .event`
    """
    from propactor.cli.logs import Level, log_to_stderr
    from propactor.cli.session import GenerateArgs, Local, run
    from propactor.recordings.library import NoRecordings, read, read_all
    from propactor.recordings.player import replaying
    from propactor.settings.tables import Fallback

    log_to_stderr(Level.ERROR)
    settings = load_settings(config)
    try:
        found = read(recording) if recording is not None else read_all(None)[-1]
    except NoRecordings as exc:
        exit_with_error(str(exc), USAGE)
    alone = settings.model_copy(update={"fallback": Fallback(template=False)})
    settings, upstreams = replaying(alone, [found], factor(speed))
    args = GenerateArgs(prompt=found.header.prompt)
    raise typer.Exit(run(args, json=json, out=out, local=Local(settings, upstreams)))
