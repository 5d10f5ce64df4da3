"""Sessions: from a key to a file, without leaving the folder."""

import asyncio
import json
from concurrent.futures import Future
from pathlib import Path

import pytest

from propactor.adapters.transcript import sessions as module
from propactor.adapters.transcript.sessions import Sessions, Unclear
from propactor.adapters.transcript.stamps import stamp
from propactor.core import jsontext
from propactor.core.errors import TailerFault
from tests.adapters.transcript.folder import KEY, Gateway

OUTSIDE = ["../../../secret", "../elsewhere/x", "/etc/passwd", "a/../../x"]


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    """Return a gateway with a folder of its own."""
    return Gateway(tmp_path)


@pytest.fixture
def sessions(tmp_path: Path) -> Sessions:
    """Return what names the files of that gateway."""
    return Sessions(tmp_path, "dev")


def test_named(gateway: Gateway, sessions: Sessions) -> None:
    """A session's id names its file."""
    path = gateway.name("one")

    assert sessions.glance(KEY) == path.resolve()


def test_own_file(gateway: Gateway, sessions: Sessions) -> None:
    """A file that the map names is preferred, if it is a transcript in the folder."""
    path = gateway.folder / "one-topic-7.jsonl"
    gateway.name("one", sessionFile=str(path))

    assert sessions.glance(KEY) == path.resolve()


@pytest.mark.parametrize(
    "file", ["/home/node/.openclaw/x.jsonl", "one.jsonl.lock", "one.sqlite", "", 7, None]
)
def test_foreign_file(gateway: Gateway, sessions: Sessions, file: object) -> None:
    """One that is elsewhere, such as in the gateway's own container, or no transcript: the id counts."""
    path = gateway.name("one", sessionFile=file)

    assert sessions.glance(KEY) == path.resolve()


@pytest.mark.parametrize("session_id", [*OUTSIDE, "a\0b"])
def test_outside(gateway: Gateway, sessions: Sessions, session_id: str) -> None:
    """An id that leads out of the folder is refused."""
    gateway.name(session_id)

    with pytest.raises(TailerFault, match="outside its folder"):
        sessions.glance(KEY)


def test_link_outside(gateway: Gateway, sessions: Sessions, tmp_path: Path) -> None:
    """So is a link that leads out of it."""
    (tmp_path / "secret.jsonl").write_bytes(b"")
    gateway.name("one").symlink_to(tmp_path / "secret.jsonl")

    with pytest.raises(TailerFault, match="outside its folder"):
        sessions.glance(KEY)


@pytest.mark.parametrize("agent_id", ["..", ".", "", "a/b", "../../etc"])
async def test_agent(tmp_path: Path, agent_id: str) -> None:
    """An agent's id that names no folder is refused before anything is read."""
    sessions = Sessions(tmp_path, agent_id)

    with pytest.raises(TailerFault, match="agent's id"):
        sessions.glance(KEY)
    with pytest.raises(TailerFault, match="agent's id"):
        await sessions.find(KEY)


def test_case(gateway: Gateway, sessions: Sessions) -> None:
    """Gateways keep keys in lower case, except those of 2026.2.9, which keep them as they are."""
    new, old = gateway.name("new", key="agent:dev:abc"), gateway.name("old", key="agent:dev:DEF")

    assert sessions.glance("agent:dev:ABC") == new.resolve()
    assert sessions.glance("agent:dev:DEF") == old.resolve()


async def test_not_there(gateway: Gateway, sessions: Sessions) -> None:
    """What isn't there yet is no error: no folder, no map, no session, or one that says nothing."""
    assert [sessions.glance(KEY), await sessions.find(KEY)] == [None, None]
    gateway.folder.mkdir(parents=True)
    assert [sessions.glance(KEY), await sessions.find(KEY, fresh=True)] == [None, None]
    gateway.name("other", key="agent:dev:other")
    assert await sessions.find(KEY, fresh=True) is None
    gateway.map.write_text(json.dumps({KEY: {"sessionId": ""}, "global": 7}))
    assert await sessions.find(KEY, fresh=True) is None


async def test_gone(gateway: Gateway, sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    """A map that goes between the look at it and the reading wasn't there."""
    gateway.name("one")
    there = stamp(gateway.map)
    gateway.map.unlink()
    monkeypatch.setattr(module, "stamp", lambda _: there)

    assert await sessions.find(KEY) is None


@pytest.mark.parametrize("text", ["", '{"agent', "[]", "\ud800"])
async def test_no_map(gateway: Gateway, sessions: Sessions, text: str) -> None:
    """A map that can't be understood is a fault; what it said before isn't forgotten."""
    path = gateway.name("one")
    assert sessions.glance(KEY) == path.resolve()
    gateway.map.write_bytes(text.encode(errors="surrogatepass"))

    with pytest.raises(TailerFault, match="map of sessions"):
        await sessions.find(KEY, fresh=True)
    with pytest.raises(TailerFault, match="map of sessions"):
        sessions.glance(KEY)


async def test_folder(gateway: Gateway, sessions: Sessions) -> None:
    """A folder in place of the map is an error."""
    gateway.map.mkdir(parents=True)

    with pytest.raises(IsADirectoryError):
        sessions.glance(KEY)
    with pytest.raises(IsADirectoryError):
        await sessions.find(KEY)


async def test_big(gateway: Gateway, sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    """A big map is read while nobody waits; one beyond all measure isn't."""
    path = gateway.name("one", filler="x" * 500)
    monkeypatch.setattr(module, "AT_ONCE", 100)

    with pytest.raises(Unclear):
        sessions.glance(KEY)
    assert await sessions.find(KEY) == path.resolve()
    monkeypatch.setattr(module, "LARGEST", 200)
    gateway.name("two", filler="y" * 600)
    with pytest.raises(TailerFault, match="longer than"):
        await sessions.find(KEY, fresh=True)


async def test_changed(gateway: Gateway, sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    """A map that has changed is read again; soon after it was read only for who insists."""
    one = gateway.name("one")
    assert await sessions.find(KEY) == one.resolve()
    two = gateway.name("two")
    await until_found(sessions, two)
    monkeypatch.setattr(module, "_REST", 1e9)
    three, four = gateway.name("three"), gateway.folder / "four.jsonl"

    assert await sessions.find(KEY, fresh=True) == three.resolve()
    gateway.name("four")
    assert await sessions.find(KEY) == three.resolve()
    assert await sessions.find(KEY, fresh=True) == four.resolve()


async def until_found(sessions: Sessions, path: Path) -> None:
    """Ask, without insisting, until the answer is right."""
    async with asyncio.timeout(10):
        while await sessions.find(KEY) != path.resolve():  # noqa: ASYNC240  a look at a few links
            await asyncio.sleep(0.005)


async def test_shared(gateway: Gateway, sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many ask, a map is read once."""
    path = gateway.name("one")
    reads: list[bytes] = []
    loads = jsontext.loads

    def counted(raw: bytes) -> object:
        reads.append(raw)
        return loads(raw)

    monkeypatch.setattr(jsontext, "loads", counted)

    found = await asyncio.gather(*(sessions.find(KEY) for _ in range(50)))

    assert found == [path.resolve()] * 50
    assert reads == [gateway.map.read_bytes()]


async def test_newer(gateway: Gateway, sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read of an older map doesn't replace what was read of a newer one meanwhile."""
    gateway.name("one")
    read = module._read

    def slow(place: Path) -> object:
        entries = read(place)
        monkeypatch.setattr(module, "_read", read)
        loop.call_soon_threadsafe(change)
        changed.result()
        return entries

    def change() -> None:
        path = gateway.name("two")
        changed.set_result(sessions.glance(KEY) == path.resolve())

    loop, changed = asyncio.get_running_loop(), Future[bool]()
    monkeypatch.setattr(module, "_read", slow)

    assert await sessions.find(KEY) == (gateway.folder / "two.jsonl").resolve()
    assert changed.result()
