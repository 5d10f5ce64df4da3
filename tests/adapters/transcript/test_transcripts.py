"""Transcripts: can they be read at all?"""

from pathlib import Path

import pytest

from propactor.adapters.transcript import Follow, Transcripts
from propactor.core.errors import TailerFault
from tests.adapters.transcript.folder import KEY, Gateway, Listener, encode, entry, polled


def test_readable(tmp_path: Path) -> None:
    """A state directory that can be read is no problem, although nobody was ever in it."""
    assert Transcripts(tmp_path).problem() is None


@pytest.mark.parametrize("kind", ["missing", "file"])
def test_unreadable(tmp_path: Path, kind: str) -> None:
    """One that isn't there, or is a file, is a problem; its place is nobody's business."""
    if kind == "file":
        (tmp_path / "file").write_text("x")

    problem = Transcripts(tmp_path / kind).problem()

    assert isinstance(problem, TailerFault)
    assert problem.code == "TAILER_IO_ERROR"
    assert str(tmp_path) not in str(problem)


def test_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A state directory may be given by its place in the home directory."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".openclaw").mkdir()

    assert Transcripts(Path("~/.openclaw")).problem() is None


async def test_agents(tmp_path: Path) -> None:
    """Agents have sessions of the same name, in folders of their own."""
    transcripts, listeners = polled(tmp_path), {name: Listener() for name in ("dev", "Art")}
    follows: list[Follow] = []
    for name, listener in listeners.items():
        follows.append(transcripts.follow(name, KEY, listener.take))
        follows[-1].start()

    for name in listeners:
        Gateway(tmp_path, name).name("one").write_bytes(encode(entry(f"by {name}")))

    for name, listener in listeners.items():
        (found,) = await listener.wait(1)
        assert found["message"]["content"][0]["thinking"] == f"by {name}"
    for follow in follows:
        await follow.close()
