"""Runs commands as processes of their own, away from this machine's settings."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

TIMEOUT = 30
_ADDRESS = re.compile(r"listens on (http://\S+)")


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str


async def start(
    *arguments: str, folder: Path, env: dict[str, str] | None = None, terminal: int = PIPE
) -> Process:
    """Start a command in a folder, with the default settings, at a terminal or connected to us."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PROPACTOR_")}
    root = str(Path(__file__).parents[2])
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "propactor", *arguments),
        cwd=folder,
        env=clean | {"PYTHONPATH": root, "COLUMNS": "100"} | (env or {}),
        stdin=terminal,
        stdout=terminal,
        stderr=PIPE,
        preexec_fn=_mind_interrupts,
    )


def _mind_interrupts() -> None:
    """Let Ctrl-C end the command, also where the tests run in the background, which shells keep it from."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


async def outcome(process: Process, stdin: str = "") -> Outcome:
    """Wait for the end of a command."""
    async with asyncio.timeout(TIMEOUT):
        out, err = await process.communicate(stdin.encode())
    assert process.returncode is not None
    return Outcome(process.returncode, out.decode(), err.decode())


async def run(*arguments: str, folder: Path, env: dict[str, str] | None = None, stdin: str = "") -> Outcome:
    """Run a command to its end."""
    return await outcome(await start(*arguments, folder=folder, env=env), stdin)


@asynccontextmanager
async def serving(
    *arguments: str, folder: Path, env: dict[str, str] | None = None
) -> AsyncIterator[tuple[Process, str]]:
    """Run a server on a free port; yield its process and its address."""
    process = await start("serve", "--port", "0", *arguments, folder=folder, env=env)
    try:
        yield process, await _address(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def _address(process: Process) -> str:
    assert process.stdout is not None
    async with asyncio.timeout(TIMEOUT):
        line = (await process.stdout.readline()).decode()
    found = _ADDRESS.search(line)
    assert found is not None, line
    return found[1]
