"""The fake gateway lets in whom real gateways let in, and says the same to the others."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from propactor.testing.gateway import FakeGateway
from propactor.testing.steps import Say
from tests.support.gateway_client import Client, Frame, client, introduction

RECORDINGS = Path(__file__).parents[2] / "fixtures" / "openclaw"
VERSIONS = {"2026.2.9": 3, "2026.9.6": 4}


def cases() -> list[Any]:
    """Return the recorded attempts to connect; signatures of devices are none of the fake's business."""
    found: dict[tuple[str, str], list[Frame]] = {}
    for version in VERSIONS:
        text = (RECORDINGS / f"{version}-handshake-cases.frames.jsonl").read_text()
        for line in map(json.loads, filter(None, text.split("\n"))):
            found.setdefault((version, line["case"]), []).append(line)
    return [
        pytest.param(VERSIONS[version], lines, id=f"{version}-{case}")
        for (version, case), lines in found.items()
        if not case.startswith("device") and any(line["dir"] == "out" for line in lines)
    ]


async def answers(gateway: FakeGateway, lines: list[Frame]) -> tuple[list[Frame], int]:
    """Send what was sent then, and return the responses and the code with which the line was closed."""
    headers = {"Origin": "http://elsewhere.example"} if lines[0]["case"] == "origin-header" else {}
    sent = [line["frame"] for line in lines if line["dir"] == "out"]
    got: list[Frame] = []
    async with connect(gateway.url, additional_headers=headers) as socket:
        try:
            for frame in sent:
                await socket.send(frame if isinstance(frame, str) else json.dumps(frame))
                async with asyncio.timeout(5):
                    while not got or got[-1]["id"] != frame["id"]:
                        message = json.loads(await socket.recv())
                        got += [message] if message["type"] == "res" else []
        except ConnectionClosed:
            pass
        if got and got[-1]["ok"] is False and len(sent) == 1:
            await socket.wait_closed()
        await socket.close()
        return got, socket.protocol.close_code or 0


@pytest.mark.parametrize(("protocol", "lines"), cases())
async def test_the_door_is_that_of_recordings(protocol: int, lines: list[Frame]) -> None:
    """Who is refused gets the same error and the same code; who is let in gets the same scopes."""
    expected = [line["frame"] for line in lines if line["dir"] == "in" and line["frame"].get("type") == "res"]
    closed = next((line["frame"]["code"] for line in lines if line["dir"] == "closed"), 1000)

    async with FakeGateway(protocol=protocol) as gateway:
        got, code = await answers(gateway, lines)

    assert [frame["ok"] for frame in got] == [frame["ok"] for frame in expected]
    assert [frame.get("error") for frame in got] == [frame.get("error") for frame in expected]
    granted = [(frame.get("payload") or {}).get("auth", {}).get("scopes") for frame in got]
    assert granted == [(frame.get("payload") or {}).get("auth", {}).get("scopes") for frame in expected]
    assert code == closed


async def test_what_is_no_json_closes_the_door() -> None:
    """A first frame that isn't JSON gets no answer."""
    async with FakeGateway() as gateway, connect(gateway.url) as socket:
        await socket.send("hello?")
        await socket.wait_closed()

        assert socket.protocol.close_code == 1000


@pytest.mark.parametrize("protocol", [3, 4])
async def test_hello_has_the_fields_of_recordings(protocol: int) -> None:
    """The welcome of each protocol has only fields that real gateways send."""
    version = next(name for name, number in VERSIONS.items() if number == protocol)
    lines = (RECORDINGS / f"{version}-text.frames.jsonl").read_text().split("\n")
    real = next(
        frame["payload"]
        for frame in (json.loads(line)["frame"] for line in lines)
        if "payload" in frame and "protocol" in frame["payload"]
    )

    async with FakeGateway(protocol=protocol) as gateway, client(gateway) as visitor:
        hello = visitor.frames[1]["payload"]

    assert set(hello) <= set(real)
    for part in ("server", "features", "snapshot", "policy"):
        assert set(hello[part]) <= set(real[part])
    assert set(hello["features"]["methods"]) <= set(real["features"]["methods"])
    assert set(hello["features"]["events"]) <= set(real["features"]["events"])
    path = hello["snapshot"]["health"]["agents"][0]["sessions"]["path"]
    assert path == real["snapshot"]["health"]["agents"][0]["sessions"]["path"]


async def test_a_gateway_that_boots_sends_away() -> None:
    """The first connections are told to come back; then it is ready."""
    async with FakeGateway(starting=1, retry_after_ms=70) as gateway:
        async with connect(gateway.url) as socket:
            visitor = Client(socket)
            answer = await visitor.call("connect", **introduction())
            await socket.wait_closed()
        assert answer["error"]["retryAfterMs"] == 70
        assert socket.protocol.close_code == 1013

        async with client(gateway) as again:
            assert again.frames[1]["ok"]


async def test_proxies_are_refused_at_the_upgrade() -> None:
    """Since protocol 4 a forwarded connection isn't let in at all; nor is any while the gateway is down."""
    async with FakeGateway() as gateway:
        with pytest.raises(InvalidStatus, match="403"):
            await connect(gateway.url, additional_headers={"X-Forwarded-For": "192.0.2.1"})
        gateway.closed_to_all = True
        with pytest.raises(InvalidStatus, match="503"):
            await connect(gateway.url)


async def test_without_scopes_nothing_is_seen_or_done() -> None:
    """A client that isn't trusted connects, but every call fails and no event comes."""
    stranger = {"id": "cli", "version": "1", "platform": "linux", "mode": "backend"}
    async with (
        FakeGateway(script=[Say("hi")]) as gateway,
        client(gateway, client=stranger) as visitor,
        client(gateway) as owner,
    ):
        answer = await visitor.call("agent", message="hi", idempotencyKey="1")
        await owner.run()
        await visitor.call("health")

    assert answer["error"]["code"] == "FORBIDDEN"
    assert answer["error"]["details"]["missingScope"] == "operator.write"
    assert not visitor.events("assistant")
