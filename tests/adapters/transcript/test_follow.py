"""Follow: each new entry of a session once, in order, whichever file it is in."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import pytest

from propactor.adapters.transcript import Follow, Transcripts
from propactor.adapters.transcript import follow as module
from propactor.adapters.transcript import sessions as sessions_module
from propactor.adapters.transcript.watch import watched
from propactor.core.errors import InternalError, TailerFault
from tests.adapters.transcript.folder import (
    JSONL_ERA,
    KEY,
    Gateway,
    Listener,
    Teller,
    append,
    deaf,
    encode,
    entry,
    polled,
    replace,
    until,
)

Begin = Callable[..., Follow]


@pytest.fixture
def gateway(tmp_path: Path) -> Gateway:
    """Return a gateway with a folder of its own."""
    return Gateway(tmp_path)


@pytest.fixture
def listener() -> Listener:
    """Return somebody who listens."""
    return Listener()


@pytest.fixture
async def begin(tmp_path: Path, listener: Listener) -> AsyncGenerator[Begin, None]:
    """Make a function that follows the session; in the end nothing is left of it."""
    follows: list[Follow] = []

    def begun(transcripts: Transcripts | None = None, take: Callable[[Any], None] | None = None) -> Follow:
        transcripts = transcripts or polled(tmp_path)
        follows.append(transcripts.follow("dev", KEY, take or listener.take))
        follows[-1].start()
        return follows[-1]

    yield begun
    for follow in follows:
        await follow.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.parametrize("poll", [0.25, 3600.0], ids=["polled", "watched"])
async def test_real(tmp_path: Path, gateway: Gateway, listener: Listener, begin: Begin, poll: float) -> None:
    """Entries are there when the system tells of them, or at the next poll; here each alone does it."""
    path = gateway.session("one", entry("earlier"))
    begin(Transcripts(tmp_path, poll=poll, waker=deaf if poll < 1 else watched))
    new: list[dict[str, Any]] = []

    async with asyncio.timeout(10):
        while not listener.heard:  # the system's watch needs a moment to begin
            new.append(entry("new"))
            append(path, encode(new[-1]))
            await asyncio.sleep(0.02)

    await listener.wait(len(new))
    assert listener.heard == new


async def test_first_run(gateway: Gateway, listener: Listener, begin: Begin) -> None:
    """A new session: nothing is there, then its name, then its file, which is read from its beginning."""
    follow = begin()
    assert follow.path is None
    path = gateway.name("one")
    await until(lambda: follow.path == path.resolve())
    entries = [{"type": "session", "id": "one"}, entry("thought"), entry("said")]

    path.write_bytes(encode(*entries))

    assert await listener.wait(3) == entries
    assert follow.failure is None


async def test_first_run_watched(tmp_path: Path, gateway: Gateway, listener: Listener, begin: Begin) -> None:
    """The watcher tells of the map, then of the file; nobody polls."""
    teller = Teller()
    follow = begin(Transcripts(tmp_path, poll=3600, waker=teller))
    await follow.catch_up()

    path = gateway.name("one")
    teller.told.put_nowait(["one.jsonl.lock", "sessions.json"])
    await until(lambda: follow.path)
    path.write_bytes(encode(new := entry("new")))
    teller.told.put_nowait(["one.jsonl"])

    assert await listener.wait(1) == [new]


async def test_earlier_runs(gateway: Gateway, listener: Listener, begin: Begin) -> None:
    """What a session said before is never given, not even when its file is written anew."""
    earlier, new = [entry("earlier"), entry("earlier")], [entry("new"), entry("newer")]
    path = gateway.session("one", *earlier)
    follow = begin()

    append(path, encode(new[0]))
    await listener.wait(1)
    replace(path, encode(*earlier, *new))
    await follow.catch_up()

    assert listener.heard == new


async def test_catch_up(tmp_path: Path, gateway: Gateway, listener: Listener, begin: Begin) -> None:
    """Who catches up has everything that is in the file, without waiting for a poll; however big it is."""
    follow = begin(Transcripts(tmp_path, poll=3600, waker=deaf))
    entries = [entry("x" * 300) for _ in range(10_000)]

    gateway.session("one", *entries)
    await asyncio.gather(follow.catch_up(), follow.catch_up())

    assert listener.heard == entries
    await follow.catch_up()
    assert listener.heard == entries


async def test_caught_up_often(gateway: Gateway, listener: Listener, begin: Begin) -> None:
    """What was written before catching up is there after it, every time."""
    path = gateway.session("one")
    follow = begin()

    for count in range(1, 40):
        append(path, encode(entry("new")))
        await follow.catch_up()
        assert len(listener.heard) == count


async def test_impatient(gateway: Gateway, listener: Listener, begin: Begin) -> None:
    """Who gives up catching up misses nothing later."""
    path = gateway.session("one")
    follow = begin()
    entries = [entry("new") for _ in range(2000)]

    append(path, encode(*entries))
    hasty = asyncio.ensure_future(follow.catch_up())
    await asyncio.sleep(0)
    hasty.cancel()
    await follow.catch_up()

    assert hasty.cancelled()
    assert listener.heard == entries


async def test_reset(gateway: Gateway, listener: Listener, begin: Begin) -> None:
    """When the key gets a new session, its file is read from the beginning, after the rest of the old one."""
    path = gateway.session("one", entry("earlier"))
    follow = begin()
    last, first = entry("last of the old"), entry("first of the new")

    append(path, encode(last))
    path.rename(path.with_suffix(".jsonl.reset.2026-11-22"))
    new = gateway.session("two", {"type": "session", "id": "two"}, first)

    assert (await listener.wait(3))[0] == last
    assert listener.heard[2] == first
    assert follow.path == new.resolve()


async def test_fork(gateway: Gateway, listener: Listener, begin: Begin) -> None:
    """Entries that the new session took over from the old one aren't given again."""
    gateway.session("one")
    follow = begin()
    old, new = entry("old"), entry("new")
    append(gateway.folder / "one.jsonl", encode(old))
    await follow.catch_up()

    gateway.session("two", old, new)
    await follow.catch_up()

    assert listener.heard == [old, new]


async def test_catch_up_insists(
    gateway: Gateway, listener: Listener, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who catches up is told of a session that came just now, though the map was read just before."""
    monkeypatch.setattr(sessions_module, "_REST", 1e9)
    gateway.name("other", key="agent:dev:other")
    follow = begin()
    await follow.catch_up()

    gateway.session("one", new := entry("new"))
    await follow.catch_up()

    assert listener.heard == [new]


async def test_deleted(gateway: Gateway, listener: Listener, begin: Begin) -> None:
    """When the session is deleted, what it said last is read; that it is gone is no error."""
    path = gateway.session("one")
    follow = begin()
    last = entry("last")

    append(path, encode(last))
    path.rename(path.with_suffix(".jsonl.deleted.2026-11-22"))
    gateway.map.write_text("{}")
    await follow.catch_up()

    assert (listener.heard, follow.failure) == ([last], None)


@pytest.mark.parametrize("recording", JSONL_ERA[:6], ids=lambda path: path.name)
async def test_recorded(gateway: Gateway, listener: Listener, begin: Begin, recording: Path) -> None:
    """A recorded transcript that is written piece by piece gives its entries."""
    begin()
    path, raw = gateway.name("one"), recording.read_bytes()  # noqa: ASYNC240  a small file
    entries = {found["id"]: found for line in reversed(raw.split(b"\n")[:-1]) if (found := json.loads(line))}

    for start in range(0, len(raw), 97):
        append(path, raw[start : start + 97])
        await asyncio.sleep(0)

    heard = await listener.wait(len(entries))
    assert {one["id"]: one for one in heard} == entries


@pytest.mark.parametrize("size", [10, 10**6], ids=["small", "big"])
async def test_map_at_start(
    gateway: Gateway, listener: Listener, begin: Begin, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Earlier runs stay hidden, be the map too big to be read at the start, or half written."""
    monkeypatch.setattr(sessions_module, "AT_ONCE", 1000)
    path = gateway.name("one", filler="x" * size)
    path.write_bytes(encode(entry("earlier")))
    whole = gateway.map.read_bytes()
    gateway.map.write_bytes(whole[: size // 2 + 10])
    follow = begin()

    gateway.map.write_bytes(whole)
    await follow.catch_up()
    append(path, encode(new := entry("new")))

    assert await listener.wait(1) == [new]


async def test_folder_as_file(
    gateway: Gateway, listener: Listener, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What can't be read for some time is a failure with a code; when it can be read again, it is."""
    monkeypatch.setattr(module, "FAILURE_GRACE", 0.1)
    path = gateway.name("one")
    follow = begin()

    path.mkdir()
    await follow.catch_up()
    assert isinstance(follow.failure, TailerFault)
    assert (follow.failure.code, str(gateway.folder) in str(follow.failure)) == ("TAILER_IO_ERROR", False)
    path.rmdir()
    path.write_bytes(encode(new := entry("new")))

    assert await listener.wait(1) == [new]
    await until(lambda: follow.failure is None)


async def test_folder_at_start(gateway: Gateway, listener: Listener, begin: Begin) -> None:
    """Of a file that couldn't be read at the start, what is in it when it can be is an earlier run's."""
    path = gateway.name("one")
    path.mkdir()
    follow = begin()
    await until(lambda: follow._failing_since is not None)

    path.rmdir()
    path.write_bytes(encode(entry("earlier")))
    await follow.catch_up()
    append(path, encode(new := entry("new")))

    assert await listener.wait(1) == [new]


async def test_moment(gateway: Gateway, listener: Listener, begin: Begin) -> None:
    """What can't be read for a moment is no failure."""
    path = gateway.name("one")
    follow = begin()
    path.mkdir()
    await until(lambda: follow._failing_since is not None)
    assert follow.failure is None

    path.rmdir()
    path.write_bytes(encode(new := entry("new")))
    await follow.catch_up()

    assert (listener.heard, follow.failure) == ([new], None)


@pytest.mark.parametrize("text", ['{"agent', "[]"])
async def test_broken_map(
    gateway: Gateway, listener: Listener, begin: Begin, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """A map that stays broken is a failure; the file we know is read all the same."""
    monkeypatch.setattr(module, "FAILURE_GRACE", 0.1)
    path = gateway.session("one")
    follow = begin()

    gateway.map.write_text(text)
    append(path, encode(new := entry("new")))

    assert await listener.wait(1) == [new]
    await until(lambda: follow.failure)
    assert isinstance(follow.failure, TailerFault)


async def test_outside(
    tmp_path: Path, gateway: Gateway, listener: Listener, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session whose id leads out of the folder is refused, and nothing is read."""
    monkeypatch.setattr(module, "FAILURE_GRACE", 0.05)
    (tmp_path / "secret.jsonl").write_bytes(encode(entry("secret")))
    gateway.name("../../../secret")

    follow = begin()
    await until(lambda: follow.failure)

    assert isinstance(follow.failure, TailerFault)
    assert (listener.heard, follow.path) == ([], None)


async def test_passed_over(
    tmp_path: Path, gateway: Gateway, listener: Listener, begin: Begin, caplog: pytest.LogCaptureFixture
) -> None:
    """Lines that are too long or no JSON are passed over, counted, and told to the operator once."""
    path = gateway.session("one")
    follow = begin(polled(tmp_path, max_line=2000))

    for _ in range(2):
        append(path, encode(entry("x" * 5000)) + b"nonsense\n" + encode(entry("new")))
        await follow.catch_up()

    assert (len(listener.heard), follow.counters.too_long, follow.counters.not_json) == (2, 2, 2)
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        f"the transcript of {KEY} has lines that were passed over: 1 too long, 1 not JSON"
    ]


async def test_defect(gateway: Gateway, begin: Begin, caplog: pytest.LogCaptureFixture) -> None:
    """A listener that fails ends the following with a traceback; nobody waits for more."""

    def fail(_: object) -> None:
        raise ZeroDivisionError

    gateway.session("one")
    follow = begin(take=fail)
    append(gateway.folder / "one.jsonl", encode(entry("new")))

    await follow.catch_up()
    await follow.catch_up()

    assert isinstance(follow.failure, InternalError)
    assert "ZeroDivisionError" in caplog.text


async def test_hangs(gateway: Gateway, begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that hangs holds up nobody for ever."""
    hung = asyncio.Event()

    async def hang(*_: object, **__: object) -> None:
        await hung.wait()

    monkeypatch.setattr(module, "_CATCH_UP", 0.01)
    gateway.session("one")
    follow = begin()
    monkeypatch.setattr(follow._sessions, "find", hang)

    await follow.catch_up()

    assert isinstance(follow.failure, TailerFault)


async def test_closed(gateway: Gateway, listener: Listener, begin: Begin) -> None:
    """A closed follow reads no more; to start or close twice does no harm."""
    path = gateway.session("one")
    follow = begin()
    follow.start()
    await follow.close()

    append(path, encode(entry("late")))
    await follow.catch_up()
    await follow.close()

    assert listener.heard == []


async def test_never_started(tmp_path: Path, listener: Listener) -> None:
    """Without a start there is nothing to catch up with, and nothing to close."""
    follow = polled(tmp_path).follow("dev", KEY, listener.take)

    await follow.catch_up()
    await follow.close()

    assert (follow.path, follow.failure) == (None, None)


async def test_many(gateway: Gateway, tmp_path: Path, listener: Listener) -> None:
    """Many sessions are followed at once, each by its own."""
    transcripts, listeners = Transcripts(tmp_path), [Listener() for _ in range(50)]
    follows = [
        transcripts.follow("dev", f"agent:dev:{i}", listener.take) for i, listener in enumerate(listeners)
    ]
    for follow in follows:
        follow.start()

    for i in range(50):
        gateway.session(f"s{i}", entry(f"thought {i}"), key=f"agent:dev:{i}")

    for i, one in enumerate(listeners):
        (found,) = await one.wait(1)
        assert found["message"]["content"][0]["thinking"] == f"thought {i}"
    await asyncio.gather(*(follow.close() for follow in follows))
    assert asyncio.all_tasks() == {asyncio.current_task()}
