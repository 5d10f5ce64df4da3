"""One prop from the command line."""

import asyncio
import json
import signal
from pathlib import Path

import pytest

from propactor.testing.gateway import FakeGateway
from propactor.testing.steps import Fail, Hang, Say, Step, Think, UseTool
from tests.cli.running import outcome, run, serving, start

DOWN = {"PROPACTOR_GATEWAY__URL": "ws://127.0.0.1:9"}
NO_TEMPLATE = {"PROPACTOR_FALLBACK__TEMPLATE": "false"}
HANGING: list[Step] = [Think("Hm.\nA lamp."), Hang()]


def behind(gateway: FakeGateway) -> dict[str, str]:
    """Return the settings that lead to a gateway, without a template behind it."""
    return {
        "PROPACTOR_GATEWAY__URL": gateway.url,
        "PROPACTOR_GATEWAY__TOKEN": gateway.token,
        **NO_TEMPLATE,
    }


async def test_json(tmp_path: Path) -> None:
    """With --json there is one event a line, from `started` to `done`, and nothing else."""
    end = await run("generate", "A lamp", "--json", folder=tmp_path)

    events = [json.loads(line) for line in end.out.splitlines()]
    assert (end.code, end.err) == (0, "")
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [events[0]["event"], events[-2]["event"], events[-1]["event"]] == ["started", "result", "done"]


async def test_server(tmp_path: Path) -> None:
    """A running server is asked where one is named, with the token from the environment."""
    env = {"PROPACTOR_SERVER__TOKEN": "a-token"}
    async with serving(folder=tmp_path, env=env) as (_, address):
        end = await run("generate", "A lamp", "--json", "--server", address, folder=tmp_path, env=env)
        refused = await run("generate", "A lamp", "--server", address, "--token", "wrong", folder=tmp_path)

    assert end.code == 0
    assert json.loads(end.out.splitlines()[-1])["ok"]
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("propactor: ")
    assert "(UNAUTHORIZED)" in refused.err


async def test_no_server(tmp_path: Path) -> None:
    """A server that isn't there is told in a line, at once."""
    end = await run("generate", "A lamp", "--server", "127.0.0.1:9", folder=tmp_path)

    assert end.code == 1
    assert end.err == "propactor: no propactor at http://127.0.0.1:9: connection refused\n"


async def test_files(tmp_path: Path) -> None:
    """With --out the component and all that is known of the prop are written."""
    end = await run("generate", "A rusty robot", "--out", "props/new", folder=tmp_path)

    about = json.loads((tmp_path / "props/new/RustyRobot.json").read_text())
    assert end.code == 0
    assert (tmp_path / "props/new/RustyRobot.tsx").read_text() == about["code"]
    assert set(about) == {"name", "filename", "code", "parts", "method", "diagnostics"}
    assert "wrote props/new/RustyRobot.tsx" in end.out


async def test_unwritable(tmp_path: Path) -> None:
    """A folder that can't be written to makes the command fail."""
    (tmp_path / "props").write_text("a file")

    end = await run("generate", "A lamp", "--out", "props/inner", folder=tmp_path)

    assert end.code == 1
    assert "propactor: props" in end.err


async def test_file_for_a_folder(tmp_path: Path) -> None:
    """A file where the folder should be is refused before anything is built."""
    (tmp_path / "props").write_text("a file")

    end = await run("generate", "A lamp", "--out", "props", folder=tmp_path)

    assert end.code == 2
    assert "started" not in end.out


async def test_model(tmp_path: Path) -> None:
    """Without a terminal, thoughts, tools and parts are lines, and the summary says that a model did it."""
    async with FakeGateway() as gateway:
        end = await run("generate", "A lamp #rate=2000", folder=tmp_path, env=behind(gateway))

    labels = [line.split()[0] for line in end.out.splitlines()]
    assert end.code == 0
    assert {"started", "thought", "tool", "part", "name", "method", "times"} <= set(labels)
    assert "method    ai: a model made this" in end.out


async def test_fallback(tmp_path: Path) -> None:
    """When the template has to step in, the summary says so, and why."""
    env = {**DOWN, "PROPACTOR_TIMEOUTS__ACCEPT": "0.5"}

    end = await run("generate", "A lamp", folder=tmp_path, env=env)

    assert end.code == 0
    assert "method    template: no model made this, because: " in end.out
    assert "(GATEWAY_UNAVAILABLE)" in end.out


async def test_no_ai(tmp_path: Path) -> None:
    """With --no-ai no gateway is asked."""
    async with FakeGateway() as gateway:
        end = await run("generate", "A lamp", "--no-ai", folder=tmp_path, env=behind(gateway))

        assert gateway.asked("agent") == []
    assert end.code == 0
    assert "because" not in end.out


async def test_failure(tmp_path: Path) -> None:
    """A generation that fails makes the command fail, and says why."""
    async with FakeGateway(script=[Fail("the model is on fire")]) as gateway:
        end = await run("generate", "A lamp", folder=tmp_path, env=behind(gateway))

    assert end.code == 1
    assert "failed    the model is on fire" in end.out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_interrupt(tmp_path: Path, number: signal.Signals) -> None:
    """Ctrl-C cancels the run at the gateway, and says that the gateway confirmed it."""
    async with FakeGateway(script=HANGING) as gateway:
        process = await start("generate", "A lamp", folder=tmp_path, env=behind(gateway))
        assert process.stdout is not None
        async with asyncio.timeout(20):
            while b"Hm." not in await process.stdout.readline():
                pass

        process.send_signal(number)
        end = await outcome(process)

        assert len(gateway.aborted) == 1
    assert end.code == 130
    assert "interrupted: cancelling the generation" in end.out
    assert "the upstream confirmed that it stopped" in end.out


async def test_timeout(tmp_path: Path) -> None:
    """After --timeout the run is cancelled, and the command fails."""
    async with FakeGateway(script=HANGING) as gateway:
        end = await run("generate", "A lamp", "--timeout", "1", folder=tmp_path, env=behind(gateway))

        assert len(gateway.aborted) == 1
    assert end.code == 1
    assert "1 s have passed: cancelling the generation" in end.out


async def test_debug(tmp_path: Path) -> None:
    """With --debug the gateway's own payloads are in the events."""
    script: list[Step] = [Say("Hello"), UseTool("read", {"path": "x"}, "y")]
    async with FakeGateway(script=script) as gateway:
        end = await run("generate", "A lamp", "--json", "--debug", folder=tmp_path, env=behind(gateway))

    events = [json.loads(line) for line in end.out.splitlines()]
    assert any("raw" in event for event in events)


async def test_standard_input(tmp_path: Path) -> None:
    """A prompt can come from standard input; an empty one is wrong usage."""
    end = await run("generate", "-", "--json", folder=tmp_path, stdin="A tiny castle\n")
    empty = await run("generate", " ", folder=tmp_path)

    assert json.loads(end.out.splitlines()[-2])["name"] == "TinyCastle"
    assert (empty.code, empty.err) == (2, "propactor: the prompt is empty\n")


async def test_bad_settings(tmp_path: Path) -> None:
    """Settings that can't be used end with 2."""
    end = await run("generate", "A lamp", "--config", "missing.toml", folder=tmp_path)

    assert (end.code, end.err) == (2, "propactor: missing.toml: no such file\n")
