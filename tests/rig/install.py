"""Installs OpenClaw from npm into a cache folder, once for all test runs that share it."""

import fcntl
import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.rig.node import Node, Unavailable

STAMP = "installed"
"""Written last: a folder without it was left half-way and starts over."""

LIBSIGNAL = {
    "package.json": '{"name": "libsignal", "version": "2.0.1", "main": "index.js"}\n',
    "index.js": "module.exports = {};\n",
    "src/curve.js": ("calculateSignature", "verifySignature", "generateKeyPair", "calculateAgreement"),
    "src/crypto.js": ("calculateMAC", "decrypt", "encrypt", "deriveSecrets", "hash"),
}
"""What stands in for WhatsApp's libsignal, which 2026.2.x wants from a Git host; channels are off.

The importing modules look for these names when they load, so they must exist, though nothing calls them.
"""


def install(version: str, node: Node) -> Path:
    """Return OpenClaw's start script; installs it if the cache doesn't have it.

    Raises:
        Unavailable: npm couldn't install it; the message ends with npm's last words.
    """
    folder = cache() / "openclaw" / version
    with lock(folder.with_suffix(".lock")):
        if not (folder / STAMP).exists():
            shutil.rmtree(folder, ignore_errors=True)
            prepare(folder)
            fetch(folder, version, node)
            (folder / STAMP).touch()
    return folder / "node_modules" / "openclaw" / "openclaw.mjs"


def cache() -> Path:
    """Return where downloads are kept: ``$PROPACTOR_CACHE``, else ``.cache`` in the repository's root."""
    root = Path(__file__).parents[2]
    return Path(os.environ.get("PROPACTOR_CACHE") or root / ".cache").absolute()


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold a file's lock: test runs side by side install once, not at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def prepare(folder: Path) -> None:
    """Write the folder's package.json and the stub it points to."""
    stub = folder / "stubs" / "libsignal"
    for name, content in LIBSIGNAL.items():
        path = stub / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else empty_functions(content))
    package = {"private": True, "overrides": {"libsignal": "file:./stubs/libsignal"}}
    (folder / "package.json").write_text(json.dumps(package))


def empty_functions(names: Iterable[str]) -> str:
    """Write a CommonJS module that exports functions which refuse to work."""
    refuse = '() => { throw new Error("a stub") }'
    return "".join(f"exports.{name} = {refuse};\n" for name in names)


def fetch(folder: Path, version: str, node: Node) -> None:
    """Let npm do its work, without running any package's scripts."""
    options = (
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
        "--fetch-retries=2",
        "--prefix=.",
    )
    command = [*node.npm, "install", *options, f"openclaw@{version}"]
    environment = {**os.environ, "PATH": node.path}
    try:
        subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=900, check=True
        )
    except subprocess.CalledProcessError as exc:
        raise Unavailable(f"npm couldn't install openclaw {version}: {exc.stderr.strip()[-500:]}") from exc
    except subprocess.TimeoutExpired as exc:
        raise Unavailable(f"npm didn't install openclaw {version} within {exc.timeout:g} s") from exc
