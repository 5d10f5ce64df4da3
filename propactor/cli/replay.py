"""``propactor replay``: a recording, shown as a generation is."""

from pathlib import Path
from typing import Annotated

import typer

from propactor.cli.exits import USAGE, leave, settings_faults
from propactor.cli.options import Config, Folder, Lines, Speed, factor


def replay(
    recording: Annotated[Path, typer.Argument(help="File that `propactor record` wrote.", dir_okay=False)],
    speed: Speed = "1",
    out: Folder = None,
    json: Lines = False,
    config: Config = None,
) -> None:
    """Play a recording: its frames go, in their time, through all that a gateway's go through.

    Ctrl-C stops it. The exit code is 0 with a result, 1 without, 130 after Ctrl-C.

    For example:

    `propactor replay lamp.jsonl --speed 4`

    `propactor replay lamp.jsonl --speed max --json | jq -c .event`
    """
    from propactor.cli.logs import Level, log_to_stderr
    from propactor.cli.session import Local, Wish, run
    from propactor.settings import load
    from propactor.web.recordings import NoRecordings, read
    from propactor.web.replaying import replaying

    log_to_stderr(Level.ERROR)
    with settings_faults():
        settings = load(config)
    try:
        found = read(recording)
    except NoRecordings as exc:
        leave(str(exc), USAGE)
    settings, upstreams = replaying(settings, [found], factor(speed))
    wish = Wish(prompt=found.header.prompt)
    raise typer.Exit(run(wish, json=json, out=out, local=Local(settings, upstreams)))
