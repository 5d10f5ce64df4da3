"""One file of JSON lines, read from where we are: each look costs what is new, whatever happens to the file.

Nothing here waits, and nothing here is asyncio: `Follow` looks from a thread.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Any

from propactor.adapters.transcript.lines import Lines
from propactor.adapters.transcript.seen import Seen
from propactor.adapters.transcript.stamps import stamp
from propactor.core import jsontext

MAX_LINE = 4 * 2**20
"""Bytes of one entry: the longest text a generation may say, and its thoughts, fit in."""
CHUNK = 2**20
"""Bytes read at one look."""
_MARK = 256
"""Bytes before our place that must still be there. Entries end in times and ids, so they are never alike."""
_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""A link may lead out of the folder; a pipe in place of the file would make us wait for its writer."""

Entry = Mapping[str, Any]


@dataclass(slots=True)
class Counters:
    """What was passed over, and how often the file was not the one it had been."""

    too_long: int = 0
    not_json: int = 0
    restarts: int = 0


class Tail:
    """Gives each entry of a file once, in order; with ``at_end``, only those written from now on.

    A file that is replaced, cut or written anew is read from its beginning, without the entries seen before.
    What a replaced file said last is read first, because the file is kept open: its name may be gone, its
    bytes aren't. Where open files can't be renamed (Windows), it isn't kept open, so that the gateway can.
    """

    def __init__(
        self,
        path: Path,
        *,
        at_end: bool = True,
        max_line: int = MAX_LINE,
        chunk: int = CHUNK,
        seen: Seen | None = None,
        counters: Counters | None = None,
        hold: bool = os.name == "posix",
    ) -> None:
        self.path = path
        self.counters = counters or Counters()
        self._chunk, self._hold = chunk, hold
        self._lines = Lines(max_line)
        self._seen = Seen() if seen is None else seen
        self._file: FileIO | None = None
        self._identity: tuple[int, int] | None = None
        self._offset = 0
        self._mark = b""
        self._earlier = self._size() if at_end else 0

    def look(self) -> list[Entry] | None:
        """Read on, at most a chunk; return the new entries in it, or None when there is nothing more to read.

        Raises:
            OSError: the file can't be read.
        """
        try:
            data = self._more()
        except OSError:
            self.close()
            raise
        if not data:
            return None
        before = self._lines.too_long
        found = [entry for start, line in self._lines.push(data) for entry in self._new(start, line)]
        self.counters.too_long += self._lines.too_long - before
        return found

    def close(self) -> None:
        """Let go of the file. The next look opens it again, at the same place if it is the same file."""
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def _size(self) -> int:
        """Return where the file ends now; entries that begin before are an earlier run's."""
        try:
            return os.fstat(self._file.fileno()).st_size if self._open() and self._file else 0
        finally:
            self._release()

    def _more(self) -> bytes:
        """Read what follows; at the end of a file that has lost its name, go on with its successor."""
        while self._open():
            data = self._read()
            if data or not self._replaced():
                self._release(unless=data)
                return data
            self.close()
        return b""

    def _open(self) -> bool:
        """Open the file if it isn't; False if there is none."""
        if self._file is not None:
            return True
        try:
            self._file = FileIO(self.path, "rb", opener=_opener)
        except FileNotFoundError:
            self._restart(None)
            return False
        there = os.fstat(self._file.fileno())
        if (there.st_dev, there.st_ino) != self._identity:
            self._restart((there.st_dev, there.st_ino))
        return True

    def _read(self) -> bytes:
        """Read on, if the bytes before our place are still there; if not, read from the beginning."""
        assert self._file is not None
        before = len(self._mark)
        self._file.seek(self._offset - before)
        raw = self._file.read(before + self._chunk) or b""
        if raw[:before] != self._mark:
            self._restart(self._identity)
            before = 0
            self._file.seek(0)
            raw = self._file.read(self._chunk) or b""
        self._offset += len(raw) - before
        self._mark = raw[-_MARK:]
        return raw[before:]

    def _replaced(self) -> bool:
        """Tell whether the path leads to another file by now, or to none."""
        there = stamp(self.path)
        return there is None or there.identity != self._identity

    def _restart(self, identity: tuple[int, int] | None) -> None:
        """Read another file from its beginning, which nobody has seen any of."""
        self.counters.restarts += self._offset > 0
        self._identity = identity
        self._offset, self._mark, self._earlier = 0, b"", 0
        self._lines.clear()

    def _release(self, *, unless: bytes = b"") -> None:
        """Close the file at its end where it must not be held."""
        if not self._hold and not unless:
            self.close()

    def _new(self, start: int, line: bytes) -> list[Entry]:
        """Decode a line: one entry, or none if it isn't one or was seen before."""
        if not line.strip():
            return []
        try:
            entry = jsontext.loads(line)
        except ValueError:
            entry = None
        if not isinstance(entry, dict):
            self.counters.not_json += start >= self._earlier
            return []
        is_new = self._seen.add(entry.get("id"))
        return [entry] if is_new and start >= self._earlier else []


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | _FLAGS)
