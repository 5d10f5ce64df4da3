"""Replaying from the command line, and serving what was recorded."""

import asyncio
import json
import signal
from pathlib import Path

import aiohttp
import pytest

from propactor.core.recording import Recording, encode
from propactor.testing import lamp
from tests.adapters.openclaw.recording.made import by_hand, final, frame, says
from tests.cli.running import outcome, run, serving, start
from tests.cli.test_serve import PATH

ANSWER = f"{lamp.code()}\n{lamp.parts()}"


def write(path: Path, recording: Recording) -> None:
    """Write a recording."""
    path.write_bytes(b"".join(encode(recording)))


async def test_interrupt(tmp_path: Path) -> None:
    """Ctrl-C stops it, which is confirmed."""
    thought = frame(0.1, "in", says("Hm.\n", "Hm.\n", "thinking"))
    write(tmp_path / "x.jsonl", by_hand(thought, frame(3600, "in", final("x"))))
    process = await start("replay", "x.jsonl", folder=tmp_path)
    assert process.stdout is not None
    async with asyncio.timeout(20):
        while b"Hm." not in await process.stdout.readline():
            pass

    process.send_signal(signal.SIGINT)
    end = await outcome(process)

    assert end.code == 130
    assert "the upstream confirmed that it stopped" in end.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("none.jsonl",), "propactor: none.jsonl: No such file or directory"),
        (("bad.jsonl",), "propactor: bad.jsonl: line 2: not JSON"),
        (("x.jsonl", "--speed", "fast"), "'fast' is neither max nor a number above 0"),
        (("x.jsonl", "--speed", "0"), "'0' is neither max nor a number above 0"),
        (("x.jsonl", "--speed", "inf"), "'inf' is neither max nor a number above 0"),
    ],
)
async def test_refusals(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    """What can't be played ends with 2 and a reason, not with a traceback."""
    write(tmp_path / "x.jsonl", by_hand())
    (tmp_path / "bad.jsonl").write_bytes(next(encode(by_hand())) + b"{")

    end = await run("replay", *arguments, folder=tmp_path)

    assert end.code == 2
    assert words in end.err
    assert "Traceback" not in end.err


async def test_cut_short(tmp_path: Path) -> None:
    """A recording that ends before its run is a failure, said so, and no template takes its place."""
    (tmp_path / "cut.jsonl").write_bytes(b"".join([*encode(by_hand())][:4]))

    end = await run("replay", "cut.jsonl", "--speed", "max", folder=tmp_path)

    assert end.code == 1
    assert "the recording ends before its run does" in end.out + end.err


async def test_demo(tmp_path: Path) -> None:
    """Without a file a demo is played."""
    end = await run("replay", "--speed", "max", "--json", folder=tmp_path)

    assert (end.code, json.loads(end.out.splitlines()[-1])["ok"]) == (0, True)


async def post(address: str, prompt: str) -> str:
    """Return the stream of a generation."""
    async with aiohttp.ClientSession() as session:
        answer = await session.post(address + PATH, json={"prompt": prompt})
        return await answer.text()


async def test_serve(tmp_path: Path) -> None:
    """A server answers with the recordings of a folder."""
    write(tmp_path / "x.jsonl", by_hand(frame(0.1, "in", final(ANSWER))))

    async with serving("--replay", ".", "--speed", "max", folder=tmp_path) as (_, address):
        text = await post(address, "A castle")

    assert '"name":"Lamp"' in text
    assert text.endswith("\n\n")
    assert "event: done\n" in text


async def test_demos(tmp_path: Path) -> None:
    """Without a folder there are the demos that come with the package."""
    async with serving("--replay", "--speed", "max", folder=tmp_path) as (_, address):
        text = await post(address, "A castle")

    assert '"name":"GlowingMushroomLamp"' in text
    assert text.count("event: part\n") == 12


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((".",), "a folder of recordings goes with --replay"),
        (("--replay", "."), "propactor: .: there is no .jsonl file in it"),
        (("--replay", "none"), "propactor: none: no such folder"),
    ],
)
async def test_serve_refusals(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    """A server that has nothing to play says so, and leaves with 2."""
    end = await run("serve", "--port", "0", *arguments, folder=tmp_path)

    assert end.code == 2
    assert words in end.err
