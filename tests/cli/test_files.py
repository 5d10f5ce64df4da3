"""Files of finished props."""

import json
from pathlib import Path

import pytest

from propactor.cli.files import NotWritten, write

RESULT = {"requestId": "r", "seq": 9, "ts": 1, "name": "Lamp", "code": "// é\n", "parts": []}


def test_files(tmp_path: Path) -> None:
    """The component is its code, byte for byte; the rest is JSON, without the stream's own fields."""
    paths = list(write(RESULT, tmp_path / "a" / "b"))

    assert [path.name for path in paths] == ["Lamp.tsx", "Lamp.json"]
    assert paths[0].read_bytes() == "// é\n".encode()
    assert json.loads(paths[1].read_text()) == {"name": "Lamp", "code": "// é\n", "parts": []}


@pytest.mark.parametrize("name", ["../Lamp", "a/b", "", "C:x", ".hidden", "x" * 101])
def test_names(tmp_path: Path, name: str) -> None:
    """A name that could lead out of the folder is refused, and nothing is written."""
    with pytest.raises(NotWritten):
        list(write(RESULT | {"name": name}, tmp_path))

    assert list(tmp_path.iterdir()) == []
