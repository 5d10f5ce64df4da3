"""Commands at a terminal."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from propactor.testing.gateway import FakeGateway
from propactor.testing.steps import Hang, Step, Think
from tests.cli.running import TIMEOUT, start

if sys.platform == "win32":
    pytest.skip("Windows has no such terminals", allow_module_level=True)

import termios

SCRIPT: list[Step] = [Think("A cap, a stem, a glow."), Hang()]


class Screen:
    """The terminal's side of a terminal: what was written to it, and a keyboard."""

    def __init__(self, master: int) -> None:
        self.master = master
        self.text = ""
        self._more = asyncio.Event()
        asyncio.get_running_loop().add_reader(master, self._read)

    async def until(self, words: str) -> None:
        """Wait until something is on the screen."""
        async with asyncio.timeout(TIMEOUT):
            while words not in self.text:
                self._more.clear()
                await self._more.wait()

    def close(self) -> None:
        """Look away."""
        asyncio.get_running_loop().remove_reader(self.master)

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # the other side is closed
            self.text += os.read(self.master, 65536).decode(errors="replace")
        self._more.set()


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Open a terminal: our side, and the command's."""
    master, slave = os.openpty()
    termios.tcsetwinsize(slave, (30, 100))
    yield master, slave
    os.close(master)
    os.close(slave)


async def test_live(tmp_path: Path, terminal: tuple[int, int]) -> None:
    """At a terminal the view is live; Ctrl-C leaves the summary, and the terminal as it was."""
    master, slave = terminal
    before, screen = termios.tcgetattr(slave), Screen(master)
    async with FakeGateway(script=SCRIPT) as gateway:
        env = {"PROPACTOR_GATEWAY__URL": gateway.url, "PROPACTOR_GATEWAY__TOKEN": gateway.token}
        env |= {"TERM": "xterm-256color", "LINES": "30"}
        process = await start("generate", "A lamp", folder=tmp_path, env=env, terminal=slave)
        await screen.until("a glow.")
        quiet = termios.tcgetattr(slave)

        process.send_signal(signal.SIGINT)
        await screen.until("the upstream confirmed that it stopped")
        await process.communicate()

    screen.close()
    assert process.returncode == 130
    assert "thoughts" in screen.text
    assert before[3] & termios.ECHOCTL
    assert not quiet[3] & termios.ECHOCTL
    assert termios.tcgetattr(slave) == before
