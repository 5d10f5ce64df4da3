"""Stamps: does a file have to be read?"""

import os
from pathlib import Path

from propactor.adapters.transcript.stamps import stamp


def test_quiet(tmp_path: Path) -> None:
    """A file that hasn't changed for a while keeps its stamp."""
    path = tmp_path / "a"
    path.write_bytes(b"a")
    os.utime(path, (1, 1))

    assert stamp(path) == stamp(path)


def test_just_now(tmp_path: Path) -> None:
    """One that changed just now may change again within the same tick of the clock: look again."""
    path = tmp_path / "a"
    path.write_bytes(b"a")
    os.utime(path)

    assert stamp(path) != stamp(path)


def test_changed(tmp_path: Path) -> None:
    """A change of time or size shows."""
    path = tmp_path / "a"
    path.write_bytes(b"a")
    os.utime(path, (1, 1))
    first = stamp(path)
    os.utime(path, (2, 2))
    second = stamp(path)
    path.write_bytes(b"ab")
    os.utime(path, (2, 2))

    assert len({first, second, stamp(path)}) == 3


def test_missing(tmp_path: Path) -> None:
    """What isn't there has none."""
    assert stamp(tmp_path / "nobody" / "a") is None
