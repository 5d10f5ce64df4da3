"""Sees to what developers of the page need from npm, once."""

import os
import subprocess
from pathlib import Path

from tests.rig.install import lock
from tests.rig.node import Node, Unavailable, find

UI = Path(__file__).parents[2] / "propactor" / "ui"
OPTIONS = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=2")


def modules() -> Node:
    """Return a Node.js that finds everything in the page's lock, tools for tests included.

    Raises:
        Unavailable: there is no Node.js, or npm couldn't install it; the message ends with npm's last words.
    """
    node = find()
    with lock(UI.parents[1] / ".cache" / "ui.lock"):
        if not (UI / "node_modules" / "vitest" / "vitest.mjs").exists():
            _install(node)
    return node


def _install(node: Node) -> None:
    command = [*node.npm, "ci", *OPTIONS]
    done = subprocess.run(
        command, cwd=UI, env={**os.environ, "PATH": node.path}, capture_output=True, text=True, timeout=600
    )
    if done.returncode:
        raise Unavailable(f"npm couldn't install the page's tools: {done.stderr.strip()[-500:]}")


def run(node: Node, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of the tools."""
    command = [str(node.binary), str(UI / "node_modules" / script), *arguments]
    environment = {**os.environ, "PATH": node.path, "NO_COLOR": "1", "CI": "1"}
    return subprocess.run(command, cwd=UI, env=environment, capture_output=True, text=True, timeout=300)
