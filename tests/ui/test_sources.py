"""The page's sources: their types, their own tests, their form, and what they are built from."""

import json
import re
from pathlib import Path

import pytest

from tests.rig.node import Node, Unavailable
from tests.rig.npm import UI, modules, run
from tests.rig.require import give_up

SOURCES = sorted(path for folder in ("client", "src") for path in (UI / folder).rglob("*.ts*"))
LINES = 300


@pytest.fixture(scope="session")
def node() -> Node:
    """Return a Node.js with the page's tools; without npm the tests skip, or fail where it is required."""
    try:
        return modules()
    except Unavailable as exc:
        give_up("npm", str(exc))


@pytest.mark.npm
def test_types(node: Node) -> None:
    """TypeScript has nothing to complain about."""
    checked = run(node, "typescript/bin/tsc", "--noEmit")

    assert (checked.returncode, checked.stdout) == (0, "")


@pytest.mark.npm
def test_own_tests(node: Node) -> None:
    """Client, reducers and sessions pass their own tests: `npm test` in propactor/ui."""
    tested = run(node, "vitest/vitest.mjs", "run")

    assert tested.returncode == 0, tested.stdout[-4000:] + tested.stderr[-2000:]
    assert re.search(r"Tests\s+\d+ passed", tested.stdout)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(UI).as_posix())
def test_form(path: Path) -> None:
    """A file says in its first line what it is about, and isn't too long."""
    lines = path.read_text(encoding="utf-8").splitlines()

    assert re.fullmatch(r"// .*[.:,]", lines[0])
    assert len(lines) <= LINES


def test_lock_is_complete() -> None:
    """Every package for every platform is in the lock: npm refuses a lock with holes, everywhere."""
    packages = json.loads((UI / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    there = {name.rpartition("node_modules/")[2] for name in packages}
    wanted = {name for package in packages.values() for name in package.get("optionalDependencies", {})}

    assert wanted - there == set()


def test_lock_names_no_host() -> None:
    """The lock works with whatever registry npm is told to use."""
    text = (UI / "package-lock.json").read_text(encoding="utf-8")

    assert '"resolved"' not in text


def test_client_needs_no_framework() -> None:
    """The streaming client imports nothing but the parser of server-sent events and its own files."""
    client = [path for path in SOURCES if path.parent.name == "client" and ".test" not in path.name]
    imported = {name for path in client for name in re.findall(r' from "([^"]+)"', path.read_text())}

    assert {name for name in imported if not name.startswith("./")} == {"eventsource-parser"}
