"""What holds for every command."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from propactor import __version__
from propactor.cli.app import app

COMMANDS = ("serve", "generate", "check", "diagram")
HEAVY = ("aiohttp", "pydantic_settings", "tree_sitter", "websockets", "prometheus_client", "transitions")


def test_help() -> None:
    """Help names every command."""
    result = CliRunner().invoke(app, ["--help"])

    assert result.exit_code == 0
    assert all(f" {command} " in result.output for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_examples(command: str) -> None:
    """Each command's help has an example of its own."""
    result = CliRunner().invoke(app, [command, "--help"])

    assert result.exit_code == 0
    assert "For example:" in result.output
    assert f"propactor {command}" in result.output


def test_version() -> None:
    """The version is the package's."""
    result = CliRunner().invoke(app, ["--version"])

    assert (result.exit_code, result.output) == (0, f"propactor {__version__}\n")


def test_usage() -> None:
    """An option nobody knows is wrong usage."""
    assert CliRunner().invoke(app, ["serve", "--nonsense"]).exit_code == 2


def test_light() -> None:
    """Help needs nothing heavy, so it is quick."""
    code = f"import sys, propactor.cli.app; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_main() -> None:
    """``python -m propactor`` is the command too."""
    command = [sys.executable, "-m", "propactor", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout == f"propactor {__version__}\n"
