"""Watch: one watcher for all who listen, as long as somebody does."""

import asyncio
from pathlib import Path

import pytest

from propactor.adapters.transcript import watch as module
from propactor.adapters.transcript.watch import Changes, Watch
from tests.adapters.transcript.folder import Teller, until


class Ear:
    """Remembers the names it hears."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def hear(self, names: frozenset[str]) -> None:
        """Hear what changed."""
        self.names |= names


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_RETRY", 0.01)


async def test_system(tmp_path: Path) -> None:
    """The operating system tells which files change, appear and go."""
    ear, watch = Ear(), Watch(tmp_path)
    watch.add_listener(ear.hear)

    for name in ("a.jsonl", "sessions.json"):
        async with asyncio.timeout(10):
            while name not in ear.names:
                (tmp_path / name).write_text("x")
                await asyncio.sleep(0.02)

    await watch.remove_listener(ear.hear)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_folder_comes_and_goes(tmp_path: Path) -> None:
    """A folder that isn't there yet, or that is removed and made again, is watched when it is there."""
    folder, ear = tmp_path / "sessions", Ear()
    watch = Watch(folder)
    watch.add_listener(ear.hear)

    for name in ("first", "second"):
        folder.mkdir()
        async with asyncio.timeout(10):
            while name not in ear.names:
                (folder / name).write_text("x")
                await asyncio.sleep(0.02)
        (folder / name).unlink()
        folder.rmdir()

    await watch.remove_listener(ear.hear)


async def test_shared(tmp_path: Path) -> None:
    """Many listen to one watcher; it ends when the last has left, and begins when somebody comes."""
    teller, ears = Teller(), [Ear(), Ear()]
    watch = Watch(tmp_path, teller)
    for ear in ears:
        watch.add_listener(ear.hear)

    teller.told.put_nowait(["a"])
    await until(lambda: ears[0].names == ears[1].names == {"a"})
    await watch.remove_listener(ears[0].hear)
    assert (teller.asked, teller.active) == (1, 1)
    await watch.remove_listener(ears[1].hear)
    assert teller.active == 0
    watch.add_listener(ears[0].hear)
    await until(lambda: teller.asked == 2)
    await watch.remove_listener(ears[0].hear)


@pytest.mark.parametrize("exc", [FileNotFoundError(), OSError(28, "no space"), RuntimeError("too many")])
async def test_fails(tmp_path: Path, exc: Exception) -> None:
    """A watcher that fails is tried again."""
    teller, ear = Teller(), Ear()
    watch = Watch(tmp_path, teller)
    watch.add_listener(ear.hear)

    teller.told.put_nowait(exc)
    teller.told.put_nowait(["a"])

    await until(lambda: ear.names == {"a"})
    assert teller.asked == 2
    await watch.remove_listener(ear.hear)


async def test_stubborn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A watcher that doesn't end when asked is ended."""
    monkeypatch.setattr(module, "_GOODBYE", 0.01)
    ear = Ear()

    async def stubborn(_folder: Path, _stop: asyncio.Event) -> Changes:
        yield ["a"]
        await asyncio.Event().wait()

    watch = Watch(tmp_path, stubborn)
    watch.add_listener(ear.hear)
    await until(lambda: ear.names)

    await watch.remove_listener(ear.hear)

    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_leave_twice(tmp_path: Path) -> None:
    """Who has left, or was never there, may leave."""
    ear = Ear()
    watch = Watch(tmp_path, Teller())

    await watch.remove_listener(ear.hear)
    watch.add_listener(ear.hear)
    await watch.remove_listener(ear.hear)
    await watch.remove_listener(ear.hear)

    assert asyncio.all_tasks() == {asyncio.current_task()}
