"""Recording from the command line."""

import json
from pathlib import Path

from propactor.testing.gateway import FakeGateway
from propactor.testing.steps import Fail
from tests.cli.running import run
from tests.cli.test_generate import behind


async def test_record_and_replay(tmp_path: Path) -> None:
    """What was recorded is played again: the same prop, under the title that was chosen."""
    async with FakeGateway() as gateway:
        args = ("A lamp #rate=3000", "--title", "A bright lamp", "--out", "new/lamp.jsonl")
        made = await run("record", *args, folder=tmp_path, env=behind(gateway))

    assert (made.code, made.err) == (0, "")
    assert "wrote new/lamp.jsonl: " in made.out
    assert "#rate" not in (tmp_path / "new/lamp.jsonl").read_text()

    played = await run("replay", "new/lamp.jsonl", "--speed", "max", "--out", "props", folder=tmp_path)

    assert (played.code, played.err) == (0, "")
    assert "method    ai: a model made this" in played.out
    assert json.loads((tmp_path / "props/BrightLamp.json").read_text())["name"] == "BrightLamp"


async def test_json(tmp_path: Path) -> None:
    """With --json there is one event a line and nothing else, here and there."""
    async with FakeGateway() as gateway:
        args = ("A lamp #rate=3000", "--out", "lamp.jsonl", "--json")
        made = await run("record", *args, folder=tmp_path, env=behind(gateway))
    played = await run("replay", "lamp.jsonl", "--speed", "max", "--json", folder=tmp_path)

    ends = [[json.loads(line) for line in end.out.splitlines()][-2] for end in (made, played)]
    assert ends[0]["code"] == ends[1]["code"]
    assert ends[0]["parts"] == ends[1]["parts"]


async def test_failure(tmp_path: Path) -> None:
    """A generation that fails is recorded, too; the exit code says that it failed, here and there."""
    async with FakeGateway(script=[Fail("it burns")]) as gateway:
        made = await run("record", "A lamp", "--out", "x.jsonl", folder=tmp_path, env=behind(gateway))
    env = {"PROPACTOR_FALLBACK__TEMPLATE": "false"}
    played = await run("replay", "x.jsonl", "--speed", "max", folder=tmp_path, env=env)

    assert (made.code, played.code) == (1, 1)
    assert "failed    it burns (UPSTREAM_ERROR)" in made.out
    assert "failed    it burns (UPSTREAM_ERROR)" in played.out


async def test_nothing_to_record(tmp_path: Path) -> None:
    """Without a gateway or a model there is nothing to record."""
    end = await run("record", "A lamp", "--out", "x.jsonl", folder=tmp_path)

    assert end.code == 1
    assert end.err == "propactor: nothing was recorded: neither a gateway nor a model was asked\n"
    assert not (tmp_path / "x.jsonl").exists()


async def test_unwritable(tmp_path: Path) -> None:
    """A file that can't be written is told in a line."""
    (tmp_path / "file").write_text("")
    async with FakeGateway() as gateway:
        args = ("A lamp #rate=3000", "--out", "file/x.jsonl")
        end = await run("record", *args, folder=tmp_path, env=behind(gateway))

    assert end.code == 1
    assert end.err.startswith("propactor: file/x.jsonl: ")
