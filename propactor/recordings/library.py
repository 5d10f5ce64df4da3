"""Reads recordings from files: one, a folder of them, or those that come with the package."""

from importlib import resources
from pathlib import Path

from propactor.core.recording import MAX_LINE, BadRecording, Recording, decode
from propactor.registry import find_recorded

SUFFIX = ".jsonl"


class NoRecordings(Exception):
    """There is nothing to play; the text says why."""


def read(path: Path) -> Recording:
    """Read a recording.

    Raises:
        NoRecordings: it can't be read; the text says in which line, and why.
    """
    try:
        with path.open("rb") as file:
            return _opened(decode(iter(lambda: file.readline(MAX_LINE + 1), b"")))
    except BadRecording as exc:
        raise NoRecordings(f"{path}: {exc}") from exc
    except OSError as exc:
        raise NoRecordings(f"{path}: {exc.strerror}") from exc


def _opened(recording: Recording) -> Recording:
    """Check a recording by the rules of its upstream."""
    recorded = find_recorded(recording.header.upstream)
    if recorded is None:
        raise BadRecording(1, f"nobody can play what {recording.header.upstream!r} said")
    return recorded.open(recording)


def read_all(folder: Path | None) -> list[Recording]:
    """Read the recordings of a folder, or those that come with the package.

    Raises:
        NoRecordings: there are none, or one can't be read.
    """
    if folder is None:
        with resources.as_file(resources.files(__package__) / "demos") as own:
            return _read_all(own)
    return _read_all(folder)


def _read_all(folder: Path) -> list[Recording]:
    if not folder.is_dir():
        raise NoRecordings(f"{folder}: no such folder")
    paths = sorted(folder.glob(f"*{SUFFIX}"))
    if not paths:
        raise NoRecordings(f"{folder}: there is no {SUFFIX} file in it")
    return [read(path) for path in paths]
