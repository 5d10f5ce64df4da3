"""A fake gateway behaves as its profile says: another release is another row of data."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from propactor.testing.gateway import FakeGateway
from propactor.testing.gateway.profile import PROFILES, PROTOCOL_3, PROTOCOL_4, Profile
from propactor.testing.steps import Say, Step, Think, UseTool
from tests.support.gateway_client import Client, Frame, client

ORDER = {"message": "hi", "agentId": "dev", "sessionKey": "agent:dev:one", "idempotencyKey": "run-1"}
READ = UseTool("read", {"path": "a.txt"}, "text")


@asynccontextmanager
async def behaving(
    row: Profile, script: list[Step], **changes: object
) -> AsyncIterator[tuple[FakeGateway, Client]]:
    """Run a gateway of a release that differs in one respect, and connect to it."""
    async with FakeGateway(profile=replace(row, **changes), script=script) as gateway:  # type: ignore[arg-type]
        async with client(gateway) as visitor:
            yield gateway, visitor


def named(visitor: Client, name: str) -> list[Frame]:
    """Return the payloads of the events of one name."""
    return [frame["payload"] for frame in visitor.frames if frame.get("event") == name]


@pytest.mark.parametrize("protocol", PROFILES)
async def test_a_number_chooses_a_row(protocol: int) -> None:
    """Who gives a protocol's number only gets the row that stands for it."""
    async with FakeGateway(protocol=protocol) as gateway, client(gateway) as visitor:
        hello = visitor.frames[1]["payload"]

    assert gateway.profile is PROFILES[protocol]
    assert (hello["protocol"], hello["server"]["version"]) == (protocol, PROFILES[protocol].version)


async def test_protocol_4_without_thoughts() -> None:
    """As 2026.5.20 and 2026.6.11 do: no thinking events on protocol 4, but the history has the thoughts."""
    script: list[Step] = [Think("Hm."), Say("Yes.")]
    async with behaving(PROTOCOL_4, script, thinking_events=False) as (_, visitor):
        await visitor.run()
        history = await visitor.call("chat.history", sessionKey="agent:dev:one")

    assert visitor.events("thinking") == []
    assert history["payload"]["messages"][-1]["content"][0] == {"type": "thinking", "thinking": "Hm."}


async def test_protocol_3_with_tools() -> None:
    """A gateway that always tells of tools doesn't look at the session's verbose level."""
    async with behaving(PROTOCOL_3, [READ, Say("ok")], verbose_tools=False) as (_, visitor):
        await visitor.run()

    assert ["result" in data for data in visitor.events("tool")] == [False, True]


async def test_an_abort_that_stops_nothing() -> None:
    """As 2026.4.15 does: the answer to an abort says that no run was stopped, and the run goes on."""
    async with behaving(PROTOCOL_4, [Say("word " * 20, 400)], chat_abort_stops=False) as (gateway, visitor):
        asked = await visitor.send("agent", ORDER)
        answer = await visitor.call("chat.abort", sessionKey="agent:dev:one", runId="run-1")
        ending = await visitor.ending(asked)

    assert answer["payload"] == {"ok": True, "aborted": False, "runIds": []}
    assert (ending["payload"]["status"], gateway.aborted) == ("ok", [])


@pytest.mark.parametrize(("interval", "most", "least"), [(0.0, 20, 20), (30.0, 2, 2)])
async def test_how_often_text_comes(interval: float, most: int, least: int) -> None:
    """Between two events of one text at least the interval passes; without one every piece is an event."""
    async with behaving(PROTOCOL_4, [Say("word " * 20, 1000)], delta_interval=interval) as (_, visitor):
        await visitor.run()

    told = visitor.events("assistant")
    assert least <= len(told) <= most
    assert "".join(data["delta"] for data in told) == ("word " * 20).strip()


@pytest.mark.parametrize("keep", [True, False])
async def test_who_keeps_scopes(keep: bool) -> None:
    """As 3.1 to 4.15 do: a client without a device connects, but keeps no scope."""
    trusted: Any = PROTOCOL_4.trusted_clients if keep else frozenset()
    async with behaving(PROTOCOL_4, [Say("hi")], trusted_clients=trusted) as (_, visitor):
        answer = await visitor.call("agent", **ORDER)

    assert (visitor.frames[1]["payload"]["auth"]["scopes"] != [], answer["ok"]) == (keep, keep)


async def test_a_method_less() -> None:
    """What a release doesn't have isn't listed, and is unknown when it is called."""
    fewer = PROTOCOL_4.methods - {"sessions.abort"}
    async with behaving(PROTOCOL_4, [], methods=fewer) as (_, visitor):
        answer = await visitor.call("sessions.abort", key="agent:dev:one")

    assert "sessions.abort" not in visitor.frames[1]["payload"]["features"]["methods"]
    assert answer["error"]["message"] == "unknown method: sessions.abort"


@pytest.mark.parametrize("told", [True, False])
async def test_tasks(told: bool) -> None:
    """Everybody is told of every run, or nobody is."""
    async with behaving(PROTOCOL_4, [Say("hi")], task_events=told) as (_, visitor):
        await visitor.run()

    assert (named(visitor, "task") != []) == told


async def test_numbering() -> None:
    """A gateway that counts all its events together gives its clients' the same numbers."""
    async with behaving(PROTOCOL_4, [Say("hi")], seq_of="gateway") as (gateway, visitor):
        async with client(gateway) as other:
            await visitor.run()
            await other.call("health")

    numbers = [
        {frame["seq"] for frame in one.frames if frame.get("event") == "agent"} for one in (visitor, other)
    ]
    assert numbers[0] == numbers[1]
