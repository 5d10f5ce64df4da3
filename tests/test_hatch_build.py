"""The hook that builds the page into the package: when it builds, and what it does when it can't."""

import gzip
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import hatch_build
from hatch_build import PageHook, compress, digest


class App:
    """What hatchling shows its users."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def display_warning(self, text: str) -> None:
        """Note a warning."""
        self.warnings.append(text)


@pytest.fixture
def ui(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a page's sources, away from this machine's choices."""
    for name in ("PROPACTOR_UI", "PROPACTOR_UI_NODE", "NPM_CONFIG_REGISTRY", "npm_config_registry"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "propactor" / "ui"
    (folder / "src").mkdir(parents=True)
    (folder / "package.json").write_text("{}")
    (folder / "package-lock.json").write_text("{}")
    (folder / "src" / "main.tsx").write_text("page")
    return folder


def hook(ui: Path, app: App | None = None) -> PageHook:
    """Make the hook for this page."""
    other: Any = SimpleNamespace()
    return PageHook(str(ui.parents[1]), {}, other, other, "", "wheel", app or App())  # type: ignore[arg-type]  # no real application


def finish(ui: Path) -> None:
    """Pretend that the page was built."""
    (ui / "dist").mkdir()
    (ui / "dist" / "index.html").write_text("built")
    (ui / "dist" / ".stamp").write_text(digest(ui))


def unreachable() -> None:
    """Stand in for a registry that doesn't answer."""
    raise OSError("no route to host")


def test_asks_for_node_when_stale(ui: Path) -> None:
    """Node.js is asked for when there is something to build, and only then."""
    assert hook(ui).dependencies() == [hatch_build.NODE]

    finish(ui)

    assert hook(ui).dependencies() == []


def test_changes(ui: Path) -> None:
    """A change of a source makes the page stale; a change of a test doesn't."""
    finish(ui)
    (ui / "src" / "main.test.ts").write_text("test")
    assert hook(ui).dependencies() == []

    (ui / "src" / "main.tsx").write_text("another page")

    assert hook(ui).dependencies() == [hatch_build.NODE]


def test_skip(ui: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever wants no page gets none, in silence."""
    monkeypatch.setenv("PROPACTOR_UI", "skip")
    app = App()

    hook(ui, app).initialize("standard", {})

    assert (app.warnings, (ui / "dist").exists()) == ([], False)


def test_no_registry(ui: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without npm's registry the package installs all the same, and says what is missing and what to do."""
    monkeypatch.setattr(hatch_build, "find_node", lambda: (Path("node"), ["npm"]))
    monkeypatch.setattr(hatch_build, "knock", unreachable)
    app = App()

    hook(ui, app).initialize("standard", {})

    assert "no route to host" in app.warnings[0]
    assert "installed without its page" in app.warnings[0]


def test_required(ui: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the page is required, its absence ends the build."""
    monkeypatch.setattr(hatch_build, "find_node", lambda: (Path("node"), ["npm"]))
    monkeypatch.setattr(hatch_build, "knock", unreachable)
    monkeypatch.setenv("PROPACTOR_UI", "require")

    with pytest.raises(SystemExit, match="no route to host"):
        hook(ui).initialize("standard", {})


def test_broken_sources(ui: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sources that don't build always end the build, and leave no half page."""
    monkeypatch.setattr(hatch_build, "find_node", lambda: (tmp_path / "no-node", []))
    (ui / "node_modules").mkdir()
    (ui / "node_modules" / ".package-lock.json").write_text("{}")
    (ui / "dist").mkdir()

    with pytest.raises(SystemExit, match="don't build"):
        hook(ui).initialize("standard", {})

    assert not (ui / "dist").exists()


def test_compressed_twins(tmp_path: Path) -> None:
    """Texts get compressed twins, the same at each build; fonts are compressed already."""
    (tmp_path / "a.js").write_text("let a = 1;")
    (tmp_path / "a.woff2").write_bytes(b"font")

    compress(tmp_path)

    assert gzip.decompress((tmp_path / "a.js.gz").read_bytes()) == b"let a = 1;"
    assert not (tmp_path / "a.woff2.gz").exists()
