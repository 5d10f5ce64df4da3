"""The types as programs get them."""

from pathlib import Path

from propactor.core.typescript import schema
from tests.cli.running import run


async def test_prints(tmp_path: Path) -> None:
    """Without an option the module goes to standard output."""
    end = await run("schema", folder=tmp_path)

    assert (end.code, end.out, end.err) == (0, schema(), "")


async def test_writes(tmp_path: Path) -> None:
    """With --out it goes to a file, and nothing is printed."""
    end = await run("schema", "--out", "events.ts", folder=tmp_path)

    assert (end.code, end.out) == (0, "")
    assert (tmp_path / "events.ts").read_text(encoding="utf-8") == schema()


async def test_cannot_write(tmp_path: Path) -> None:
    """A file that can't be written is told in a line."""
    end = await run("schema", "--out", "no/such/events.ts", folder=tmp_path)

    assert (end.code, end.err) == (1, "propactor: no/such/events.ts: No such file or directory\n")
