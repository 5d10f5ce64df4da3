"""Recordings in files."""

from pathlib import Path

import pytest

from propactor.core.recording import encode
from propactor.recordings.library import NoRecordings, read, read_all
from tests.adapters.openclaw.recording.made import by_hand, final, frame

GOOD = b"".join(encode(by_hand(frame(1.0, "in", final("x")))))


def test_read(tmp_path: Path) -> None:
    """A file is read; so are all of a folder, in the order of their names."""
    for name in ("b.jsonl", "a.jsonl", "notes.txt"):
        (tmp_path / name).write_bytes(GOOD.replace(b"A lamp", name.encode()))

    found = read_all(tmp_path)

    assert [recording.header.prompt for recording in found] == ["a.jsonl", "b.jsonl"]
    assert read(tmp_path / "a.jsonl") == found[0]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "x.jsonl: line 1: there is none"),
        (GOOD + b"{", "x.jsonl: line 6: not JSON"),
        (GOOD.replace(b"openclaw", b"gramophone"), "x.jsonl: line 1: nobody can play what 'gramophone' said"),
        (GOOD.split(b"\n", 1)[0], "x.jsonl: line 1: no generation was asked for"),
    ],
)
def test_unreadable(tmp_path: Path, data: bytes, why: str) -> None:
    """A file that can't be played is told with its name, the line and the reason."""
    (tmp_path / "x.jsonl").write_bytes(data)

    with pytest.raises(NoRecordings) as caught:
        read_all(tmp_path)

    assert why in str(caught.value)


def test_nothing_there(tmp_path: Path) -> None:
    """A file or folder that isn't there, and a folder with nothing in it, are told as such."""
    with pytest.raises(NoRecordings, match=r"none\.jsonl: No such file"):
        read(tmp_path / "none.jsonl")
    with pytest.raises(NoRecordings, match="none: no such folder"):
        read_all(tmp_path / "none")
    with pytest.raises(NoRecordings, match=r"there is no \.jsonl file in it"):
        read_all(tmp_path)
