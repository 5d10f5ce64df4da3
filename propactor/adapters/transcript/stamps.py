"""Tells whether a file has changed without reading it."""

import time
from pathlib import Path
from typing import NamedTuple

_SETTLED = 50_000_000
"""Nanoseconds after which a change would show: file systems count time in ticks of up to 10 ms."""


class Stamp(NamedTuple):
    """What changes whenever a file does. One that changed just now gets a stamp unlike any other."""

    device: int
    inode: int
    size: int
    changed_at: int
    unsettled: int

    @property
    def identity(self) -> tuple[int, int]:
        """Return what tells one file from another, whatever they are called."""
        return self.device, self.inode


def stamp(path: Path) -> Stamp | None:
    """Return a file's stamp, or None if there is no such file. Cheap enough for every poll.

    Raises:
        OSError: nobody lets us look.
    """
    try:
        there = path.stat()
    except FileNotFoundError:
        return None
    now = time.time_ns()
    unsettled = now if abs(now - there.st_mtime_ns) < _SETTLED else 0
    return Stamp(there.st_dev, there.st_ino, there.st_size, there.st_mtime_ns, unsettled)
