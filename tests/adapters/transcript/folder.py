"""A gateway's state directory as the gateway writes it, and somebody who listens to what is read of it."""

import asyncio
import itertools
import json
from collections.abc import AsyncGenerator, Callable, Iterable
from pathlib import Path
from typing import Any

from propactor.adapters.transcript import Transcripts

DEADLINE = 10.0
KEY = "agent:dev:req_1"
RECORDINGS = Path(__file__).parents[2] / "fixtures" / "openclaw"
JSONL_ERA = sorted(
    path for path in RECORDINGS.glob("2026.[27]*.transcript*.jsonl") if path.stat().st_size > 0
)

Json = dict[str, Any]
_ids = itertools.count(0xABCD0000)


def entry(text: str, **more: Any) -> Json:
    """Make an entry as the gateway does."""
    message = {"role": "assistant", "content": [{"type": "thinking", "thinking": text}]}
    return {"type": "message", "id": f"{next(_ids):08x}", "message": message, **more}


def encode(*entries: Json) -> bytes:
    """Write entries as lines."""
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in entries)


def append(path: Path, data: bytes) -> None:
    """Write on."""
    with path.open("ab") as file:
        file.write(data)


def replace(path: Path, data: bytes) -> None:
    """Put another file in its place, as a compaction does."""
    other = path.with_suffix(".new")
    other.write_bytes(data)
    other.replace(path)


class Gateway:
    """Writes sessions."""

    def __init__(self, state_dir: Path, agent_id: str = "dev") -> None:
        self.folder = state_dir / "agents" / agent_id / "sessions"
        self.map = self.folder / "sessions.json"
        self._known: Json = {}

    def name(self, session_id: str, key: str = KEY, **more: Any) -> Path:
        """Put a session on the map; its file comes later."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._known[key] = {"sessionId": session_id, "updatedAt": 1, **more}
        replace(self.map, json.dumps(self._known).encode())
        return self.folder / f"{session_id}.jsonl"

    def session(self, session_id: str, *entries: Json, key: str = KEY) -> Path:
        """Put a session on the map that says something already."""
        path = self.name(session_id, key)
        path.write_bytes(encode(*entries))
        return path


class Listener:
    """Keeps what it is given, and lets a test wait for it."""

    def __init__(self) -> None:
        self.heard: list[Json] = []
        self._more = asyncio.Event()

    def take(self, one: Any) -> None:
        """Get an entry."""
        self.heard.append(one)
        self._more.set()

    async def wait(self, count: int) -> list[Json]:
        """Wait until so many entries are there."""
        async with asyncio.timeout(DEADLINE):
            while len(self.heard) < count:
                self._more.clear()
                await self._more.wait()
        return self.heard


async def until(true: Callable[[], object]) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(DEADLINE):
        while not true():
            await asyncio.sleep(0.005)


class Teller:
    """A watcher that tells what the test says, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.active = 0
        self.told: asyncio.Queue[list[str] | Exception] = asyncio.Queue()

    async def __call__(self, folder: Path, stop: asyncio.Event) -> AsyncGenerator[Iterable[str], None]:
        """Tell until somebody says stop."""
        self.asked += 1
        self.active += 1
        try:
            async for names in self._tell(stop):
                yield [str(folder / name) for name in names]
        finally:
            self.active -= 1

    async def _tell(self, stop: asyncio.Event) -> AsyncGenerator[list[str], None]:
        while not stop.is_set():
            told = await self._next(stop)
            if isinstance(told, Exception):
                raise told
            if told:
                yield told

    async def _next(self, stop: asyncio.Event) -> list[str] | Exception:
        get, end = asyncio.ensure_future(self.told.get()), asyncio.ensure_future(stop.wait())
        await asyncio.wait([get, end], return_when="FIRST_COMPLETED")
        end.cancel()
        if get.done():
            return get.result()
        get.cancel()
        return []


async def deaf(folder: Path, stop: asyncio.Event) -> AsyncGenerator[Iterable[str], None]:
    """Watch a folder and notice nothing."""
    await stop.wait()
    return
    yield []  # makes it a generator


def polled(state_dir: Path, **more: Any) -> Transcripts:
    """Make transcripts that nobody watches, polled often."""
    return Transcripts(state_dir, poll=0.01, waker=deaf, **more)
