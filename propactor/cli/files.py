"""Writes a finished prop to a folder: the component as TSX, and all that is known of it as JSON."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_NAME = re.compile(r"[A-Za-z_$][\w$]{0,99}", re.ASCII)
_ENVELOPE = ("requestId", "seq", "ts")


class NotWritten(Exception):
    """The files could not be written; the text says why."""


def write(result: Mapping[str, Any], folder: Path) -> Iterator[Path]:
    """Write ``<Name>.tsx`` and ``<Name>.json``, and yield the path of each.

    Raises:
        NotWritten: the folder can't be written to, or the name is no name.
    """
    name = str(result.get("name"))
    if not _NAME.fullmatch(name):  # it comes from a server, and must not lead out of the folder
        raise NotWritten(f"the prop's name {name!r} can't be a file's name")
    about = {key: value for key, value in result.items() if key not in _ENVELOPE}
    yield _put(folder / f"{name}.tsx", str(result.get("code")))
    yield _put(folder / f"{name}.json", json.dumps(about, indent=2) + "\n")


def _put(path: Path, text: str) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="replace", newline="\n")
    except OSError as exc:
        raise NotWritten(f"{path}: {exc.strerror}") from exc
    return path
