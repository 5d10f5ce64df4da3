"""The cache of gateways: installed once, whole or not at all. npm is played by a line of Python."""

import sys
from pathlib import Path

import pytest

from tests.rig.install import install
from tests.rig.node import Node, Unavailable

COUNT = "import pathlib; p = pathlib.Path('calls'); p.write_text((p.read_text() if p.exists() else '') + 'x')"
FAIL = "import sys; sys.exit('404 no such version')"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set the cache to an empty place and return where version 1 goes."""
    monkeypatch.setenv("PROPACTOR_CACHE", str(tmp_path))
    return tmp_path / "openclaw" / "1"


def npm(code: str) -> Node:
    """Return a Node whose npm runs this code."""
    return Node(Path(sys.executable), (sys.executable, "-c", code))


def test_once(folder: Path) -> None:
    """The second test run finds what the first installed."""
    scripts = {install("1", npm(COUNT)), install("1", npm(COUNT))}

    assert scripts == {folder / "node_modules" / "openclaw" / "openclaw.mjs"}
    assert (folder / "calls").read_text() == "x"


def test_half_way(folder: Path) -> None:
    """What an interrupted installation left is thrown away."""
    folder.mkdir(parents=True)
    (folder / "calls").write_text("left over")

    install("1", npm(COUNT))

    assert (folder / "calls").read_text() == "x"


def test_refused(folder: Path) -> None:
    """When npm fails, its last words are the reason, and nothing counts as installed."""
    with pytest.raises(Unavailable, match="404 no such version"):
        install("1", npm(FAIL))

    assert not (folder / "installed").exists()


def test_stub(folder: Path) -> None:
    """A stub is there for npm in place of the package that comes from a Git host."""
    install("1", npm(COUNT))

    assert "file:./stubs/libsignal" in (folder / "package.json").read_text()
    assert "exports.calculateMAC" in (folder / "stubs" / "libsignal" / "src" / "crypto.js").read_text()
