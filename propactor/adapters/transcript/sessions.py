"""Which file a session's transcript is in: ``sessions.json``, read once for all who follow."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from propactor.adapters.transcript.stamps import Stamp, stamp
from propactor.core import jsontext
from propactor.core.errors import TailerFault

MAP = "sessions.json"
SUFFIX = ".jsonl"
AT_ONCE = 2**20
"""Bytes that may be read and decoded while everybody waits: some 5 ms."""
LARGEST = 64 * 2**20
"""Bytes of the map that are read at all: a gateway keeps some 20 KB a session, and 500 sessions."""
_REST = 10.0
"""How many times as long as it took to read the map, it isn't read again: at most a tenth of the time."""


class Entry(NamedTuple):
    """What the map says of a session."""

    session_id: str
    file: str | None


class Unclear(Exception):
    """The map can't be read while everybody waits: nobody knows yet which sessions there are."""


class Sessions:
    """Names the files of an agent's sessions. The map is read when it has changed, once for everybody."""

    def __init__(self, state_dir: Path, agent_id: str) -> None:
        self.folder = state_dir / "agents" / agent_id / "sessions"
        self._map = self.folder / MAP
        self._sound = agent_id not in ("", ".", "..") and Path(agent_id).name == agent_id
        self._entries: Mapping[str, Entry] = {}
        self._files: dict[str, Path] = {}
        self._stamp: Stamp | None = None
        self._due = 0.0
        self._reads = 0
        self._lock = asyncio.Lock()

    def glance(self, key: str) -> Path | None:
        """Find a session's file now, without waiting; None if there is no such session.

        Raises:
            Unclear: that takes too long.
            OSError: the map can't be read.
            TailerFault: what it says makes no sense.
        """
        self._check()
        now = stamp(self._map)
        if now != self._stamp:
            if now is not None and now.size > AT_ONCE:
                raise Unclear
            self._reads += 1
            self._keep(now, _read(self._map))
        return self._file(key)

    async def find(self, key: str, *, fresh: bool = False) -> Path | None:
        """Find a session's file; None if there is no such session yet. With ``fresh``, look in any case.

        Raises:
            OSError: the map can't be read.
            TailerFault: what it says makes no sense.
        """
        self._check()
        async with self._lock:
            if fresh or asyncio.get_running_loop().time() >= self._due:
                await self._refresh()
        return self._file(key)

    async def _refresh(self) -> None:
        """Read the map if it has changed, unless somebody reads a newer one meanwhile."""
        now = stamp(self._map)
        if now == self._stamp:
            return
        clock = asyncio.get_running_loop().time
        began = clock()
        self._reads += 1
        mine = self._reads
        entries = await asyncio.to_thread(_read, self._map)
        if mine == self._reads:
            self._keep(now, entries)
        self._due = clock() + (clock() - began) * _REST

    def _keep(self, now: Stamp | None, entries: Mapping[str, Entry]) -> None:
        self._stamp, self._entries = now, entries
        self._files.clear()

    def _check(self) -> None:
        if not self._sound:
            raise TailerFault("the agent's id is no name of a folder")

    def _file(self, key: str) -> Path | None:
        """Name the file of a session; gateways since 2026.2.26 know lower case only."""
        known = key if key in self._entries else key.lower()
        entry = self._entries.get(known)
        if entry is not None and known not in self._files:
            self._files[known] = _place(self.folder.resolve(), entry)
        return self._files.get(known)


def _place(folder: Path, entry: Entry) -> Path:
    """Return the real path of a session's file.

    Raises:
        TailerFault: it would be outside the folder.
    """
    named = _inside(folder, entry.file or "")
    if named is not None and named.suffix == SUFFIX:
        return named
    path = _inside(folder, entry.session_id + SUFFIX)
    if path is None:
        raise TailerFault("the gateway's map of sessions names a file outside its folder")
    return path


def _inside(folder: Path, name: str) -> Path | None:
    """Return the real path of a file of the folder; None if it is elsewhere."""
    try:
        path = (folder / name).resolve()
    except ValueError:  # no name of a file: it has a zero byte
        return None
    return path if path.is_relative_to(folder) else None


def _read(path: Path) -> Mapping[str, Entry]:
    """Read the map; only what names files is kept of it.

    Raises:
        OSError: it can't be read.
        TailerFault: it isn't a map of sessions, or is beyond all measure.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except FileNotFoundError:
        return {}
    if len(raw) > LARGEST:
        raise TailerFault(f"the gateway's map of sessions is longer than {LARGEST} bytes")
    return _entries(raw)


def _entries(raw: bytes) -> Mapping[str, Entry]:
    try:
        sessions = jsontext.loads(raw)
    except ValueError as exc:
        raise TailerFault("the gateway's map of sessions isn't JSON") from exc
    if not isinstance(sessions, dict):
        raise TailerFault("the gateway's map of sessions isn't a JSON object")
    return {key: entry for key, value in sessions.items() if (entry := _entry(value))}


def _entry(value: Any) -> Entry | None:
    """Read what is said of a session; None if it names no file."""
    if not isinstance(value, dict) or not isinstance(value.get("sessionId"), str) or not value["sessionId"]:
        return None
    file = value.get("sessionFile")
    return Entry(value["sessionId"], file if isinstance(file, str) else None)
