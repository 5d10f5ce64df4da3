"""``propactor record``: generate once, and keep what the upstream said, with its times, in a file."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from propactor.cli.exits import exit_with_error
from propactor.cli.options import Config, Lines, Timeout, load_settings

if TYPE_CHECKING:
    from propactor.core.recording import Recording
    from propactor.settings import Settings

_SHORTEST = 4
"""Characters from which on a secret or a host's name is replaced: shorter ones are parts of other words."""


def record(
    prompt: Annotated[str, typer.Argument(help="What to build.")],
    out: Annotated[Path, typer.Option(dir_okay=False, help="File to write.")],
    title: Annotated[
        str | None,
        typer.Option(
            help="What the recording shall show as its prompt, where the real one is not for others.",
            show_default=False,
        ),
    ] = None,
    json: Lines = False,
    timeout: Timeout = None,
    config: Config = None,
) -> None:
    """Build a prop, and write what the gateway or the model said to a file that `propactor replay` plays.

    Tokens, passwords, home directories and the name of this machine are taken out. Look at it all the same
    before you show it to others: what the model wrote is in it.

    For example:

    `propactor record "A glowing mushroom lamp" --out lamp.jsonl`
    """
    from propactor.cli.logs import Level, log_to_stderr
    from propactor.cli.session import GenerateArgs, Local, run
    from propactor.recordings.recorder import Recorder

    log_to_stderr(Level.ERROR)
    settings = load_settings(config)
    recorder = Recorder()
    local = Local(settings, prepare=recorder.tap)
    code = run(GenerateArgs(prompt=prompt, timeout=timeout), json=json, out=None, local=local)
    _keep(recorder.recording(prompt, title or prompt, _private(settings)), out, quiet=json)
    raise typer.Exit(code)


def _keep(recording: "Recording | None", out: Path, *, quiet: bool) -> None:
    """Write the file."""
    from propactor.core.recording import encode
    from propactor.registry import ROWS

    if recording is None:
        kinds = (row.kind for row in ROWS.values() if row.recorded)
        exit_with_error(f"nothing was recorded: neither a {' nor a '.join(kinds)} was asked")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(b"".join(encode(recording)))
    except OSError as exc:
        exit_with_error(f"{out}: {exc.strerror}")
    if not quiet:
        print(f"wrote {out}: {len(recording.frames)} frames in {recording.seconds:.1f} s")


def _private(settings: "Settings") -> dict[str, str]:
    """Return the words that only this machine knows to be private, and what to say instead of each."""
    import socket

    words = {str(Path.home()): "~", socket.gethostname(): "this-machine"}
    words |= dict.fromkeys(_secrets(settings), "[redacted]")
    return {word: instead for word, instead in words.items() if len(word) >= _SHORTEST}


def _secrets(settings: "Settings") -> Iterator[str]:
    from pydantic import SecretStr

    for table in type(settings).model_fields:
        for value in getattr(settings, table).__dict__.values():
            if isinstance(value, SecretStr):
                yield value.get_secret_value()
