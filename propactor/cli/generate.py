"""``propactor generate``: build one prop, here or at a server, and watch it."""

import sys
from typing import Annotated

import typer

from propactor.cli.exits import exit_with_error
from propactor.cli.options import Config, Folder, Lines, Timeout

Token = Annotated[
    str | None,
    typer.Option(
        envvar="PROPACTOR_SERVER__TOKEN",
        help="Token of the server. The variable keeps it out of the list of processes.",
        show_default=False,
    ),
]


def generate(
    prompt: Annotated[str, typer.Argument(help="What to build; - reads it from standard input.")],
    out: Folder = None,
    json: Lines = False,
    server: Annotated[
        str | None,
        typer.Option(
            help="Ask a running server, such as http://127.0.0.1:8080, instead of this process.",
            show_default=False,
        ),
    ] = None,
    token: Token = None,
    no_ai: Annotated[
        bool, typer.Option("--no-ai", help="Build from a template, without asking a model.")
    ] = False,
    timeout: Timeout = None,
    debug: Annotated[
        bool,
        typer.Option(
            "--debug", help="Ask for the upstream's raw, redacted payloads (in --json), and log more."
        ),
    ] = False,
    config: Config = None,
) -> None:
    """Build a prop and watch it: status, thoughts, tools, code and parts as they come, then a summary.

    Ctrl-C cancels the generation and says what the upstream answered to that.
    The exit code is 0 with a result, 1 without, 130 after Ctrl-C.

    For example:

    `propactor generate "A glowing mushroom lamp" --out props`

    `propactor generate "A small robot" --no-ai --json | jq -r 'select(.event == "part").part.type'`

    `propactor generate "A lighthouse" --server http://127.0.0.1:8080`
    """
    from propactor.cli.logs import Level, log_to_stderr
    from propactor.cli.session import GenerateArgs, run

    log_to_stderr(Level.INFO if debug else Level.ERROR)
    args = GenerateArgs(
        prompt=_prompt(prompt), use_ai=not no_ai, debug=debug, server=server, token=token, timeout=timeout
    )
    raise typer.Exit(run(args, config=config, json=json, out=out))


def _prompt(text: str) -> str:
    prompt = sys.stdin.read() if text == "-" else text
    return prompt if prompt.strip() else exit_with_error("the prompt is empty", 2)
