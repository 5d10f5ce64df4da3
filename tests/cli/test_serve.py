"""The service as a process."""

import asyncio
import signal
import socket
from collections.abc import Mapping
from pathlib import Path

import aiohttp
import pytest

from propactor.cli.banner import curl, status
from propactor.testing.gateway import FakeGateway
from propactor.testing.steps import Hang, Say
from tests.cli.running import outcome, run, serving

PATH = "/api/creator/generate-prop-stream"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_serves(tmp_path: Path, number: signal.Signals) -> None:
    """The server says where it is, serves, and leaves with 0 when asked to."""
    async with serving(folder=tmp_path) as (process, address):
        async with aiohttp.ClientSession() as session:
            answer = await session.post(address + PATH, json={"prompt": "A lamp"})
            text = await answer.text()
        process.send_signal(number)
        end = await outcome(process)

    assert "event: done\n" in text
    assert end.code == 0


async def test_second_signal(tmp_path: Path) -> None:
    """Whoever can't wait for what runs asks twice: the stream ends well, and the server leaves at once."""
    async with FakeGateway(script=[Say("Once"), Hang()]) as gateway:
        env = {"PROPACTOR_GATEWAY__URL": gateway.url, "PROPACTOR_GATEWAY__TOKEN": gateway.token}
        async with serving("--log-level", "warning", folder=tmp_path, env=env) as (process, address):
            async with aiohttp.ClientSession() as session:
                answer = await session.post(address + PATH, json={"prompt": "A lamp"})
                await answer.content.readuntil(b"text_delta")
                process.send_signal(signal.SIGINT)
                assert process.stderr is not None
                await asyncio.wait_for(process.stderr.readuntil(b"a second signal ends them"), 10)
                process.send_signal(signal.SIGINT)
                rest = await answer.text()
            end = await outcome(process)

    assert "SERVICE_STOPPING" in rest
    assert "event: done" in rest
    assert end.code == 0


async def test_introduction(tmp_path: Path) -> None:
    """The server names its upstreams, and a line to try."""
    async with FakeGateway() as gateway:
        env = {"PROPACTOR_GATEWAY__URL": gateway.url, "PROPACTOR_GATEWAY__TOKEN": gateway.token}
        async with serving(folder=tmp_path, env=env) as (process, address):
            lines: list[str] = []
            async with asyncio.timeout(10):
                while not lines or "propactor generate" not in lines[-1]:
                    assert process.stdout is not None
                    lines.append((await process.stdout.readline()).decode())

    text = "".join(lines)
    assert "  template  up\n" in text
    assert "  openclaw  up, version 2026.9.6, protocol 4\n" in text
    assert f"curl -N {address}{PATH} " in text


async def test_quiet_logs(tmp_path: Path) -> None:
    """Neither prompts nor secrets are in the log, however much is logged."""
    env = {"PROPACTOR_SERVER__TOKEN": "hush-hush-42"}
    async with serving("--log-level", "debug", folder=tmp_path, env=env) as (process, address):
        async with aiohttp.ClientSession(headers={"Authorization": "Bearer hush-hush-42"}) as session:
            answer = await session.post(address + PATH, json={"prompt": "A purple walrus"})
            await answer.read()
        process.terminate()
        end = await outcome(process)

    assert "walrus" not in end.out + end.err
    assert "hush-hush" not in end.out + end.err


async def test_port_taken(tmp_path: Path) -> None:
    """A port that is taken is told in a line, with a way out."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        end = await run("serve", "--port", str(port), folder=tmp_path)

    assert end.code == 1
    assert end.err == (
        f"propactor: port {port} on 127.0.0.1 is taken: "
        "choose another with --port, or --port 0 for a free one\n"
    )


async def test_nobody_home(tmp_path: Path) -> None:
    """An address that isn't ours is told in a line."""
    env = {"PROPACTOR_SERVER__ALLOW_UNAUTHENTICATED": "true"}

    end = await run("serve", "--host", "192.0.2.1", "--port", "0", folder=tmp_path, env=env)

    assert end.code == 1
    assert end.err.startswith("propactor: can't listen on 192.0.2.1: ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--host", "0.0.0.0"), "without authentication"),
        (("--config", "missing.toml"), "missing.toml: no such file"),
        (("--config", "bad.toml"), "[server.prot] Extra inputs are not permitted"),
        (("--port", "70000"), "--port"),
    ],
)
async def test_refusals(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    """A configuration that can't be used ends with 2 and a reason, not with a traceback."""
    (tmp_path / "bad.toml").write_text("[server]\nprot = 1\n")

    end = await run("serve", *arguments, folder=tmp_path)

    assert end.code == 2
    assert words in end.err
    assert "Traceback" not in end.err


@pytest.mark.parametrize(
    ("upstream", "words"),
    [
        ({"problem": None}, "up"),
        ({"problem": "nobody answers", "state": "backing_off"}, "down: nobody answers"),
        ({"problem": None, "state": "authenticating"}, "connecting"),
        ({"problem": None, "state": "ready", "version": "1", "protocol": 3}, "up, version 1, protocol 3"),
    ],
)
def test_status(upstream: Mapping[str, object], words: str) -> None:
    """An upstream's state is put in words."""
    assert status(upstream) == words


def test_curl() -> None:
    """The line to try names the variable of the token, where one is needed."""
    assert '-H "Authorization: Bearer $PROPACTOR_SERVER__TOKEN"' in curl("http://x", protected=True)
    assert "Authorization" not in curl("http://x", protected=False)
