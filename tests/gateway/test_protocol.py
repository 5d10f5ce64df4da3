"""What we rely on in real gateways, asked without propactor between."""

import asyncio
import json
from contextlib import AbstractAsyncContextManager

import pytest

from propactor.testing import lamp
from tests.rig.model import Model
from tests.rig.openclaw import NEWEST, Gateway
from tests.support.gateway_client import Client, Run, connect_request, open_client

pytestmark = [pytest.mark.gateway, pytest.mark.timeout(900)]


def connected(gateway: Gateway) -> AbstractAsyncContextManager[Client]:
    """Connect without propactor."""
    return open_client(gateway.url, connect_request(gateway.token), within=30)


async def ended(run: Run) -> dict[str, object]:
    """Wait for a run's last word and return its payload."""
    frame = await run.client.ending(run.id, within=60)
    return dict(frame["payload"])


async def test_hello_of_the_newest(gateway: Gateway) -> None:
    """The newest gateway speaks protocol 4, keeps our scopes, and can abort a run."""
    async with connected(gateway) as client:
        hello = client.hello

    assert (hello["protocol"], hello["server"]["version"]) == (4, NEWEST)
    assert {"operator.read", "operator.write"} <= set(hello["auth"]["scopes"])
    assert {"sessions.abort", "sessions.messages.subscribe"} <= set(hello["features"]["methods"])


async def test_hello_of_the_oldest(old_gateway: Gateway) -> None:
    """The oldest gateway speaks protocol 3 and knows no abort."""
    async with connected(old_gateway) as client:
        hello = client.hello

    assert hello["protocol"] == 3
    assert "sessions.abort" not in hello["features"]["methods"]


async def test_prop(gateway: Gateway, tag: str) -> None:
    """A run thinks, uses a tool, and tells its text in many events."""
    async with connected(gateway) as client:
        run = await client.start("dev-anth", f"Build it. #scenario=prop #rate=400 #tag={tag}")

        outcome = await ended(run)

    texts = run.stream("assistant")
    assert outcome["status"] == "ok"
    assert len(run.stream("thinking")) >= 2
    assert [data["name"] for _, data in run.stream("tool", "start")] == ["read"]
    assert [data["isError"] for _, data in run.stream("tool", "result")] == [False]
    assert len(texts) >= 10
    assert texts[-1][0] - texts[0][0] > 0.75
    assert texts[-1][1]["text"] == lamp.answer()


async def test_prop_held_back(gateway: Gateway, tag: str) -> None:
    """On completions the newest gateway holds a reasoning model's text until the call ends."""
    async with connected(gateway) as client:
        run = await client.start("dev", f"Build it. #scenario=prop #rate=400 #tag={tag}")

        await ended(run)

    assert len(run.stream("thinking")) >= 2
    assert [data["text"] for _, data in run.stream("assistant")] == [lamp.answer()]


async def test_prop_on_the_oldest(old_gateway: Gateway, tag: str) -> None:
    """The oldest gateway tells each piece of the text, and tools, but no thoughts."""
    async with connected(old_gateway) as client:
        run = await client.start("dev", f"Build it. #scenario=prop #rate=400 #tag={tag}")

        await ended(run)

    assert len(run.stream("assistant")) > 200
    assert run.stream("assistant")[-1][1]["text"] == lamp.answer()
    assert len(run.stream("tool", "result")) == 1
    assert run.stream("thinking") == []


async def test_events_are_numbered(gateway: Gateway, tag: str) -> None:
    """A run's events come in the order of their numbers."""
    async with connected(gateway) as client:
        run = await client.start("dev-anth", f"Build it. #scenario=prop #rate=400 #tag={tag}")

        await ended(run)

    numbers = [event["seq"] for _, event in run.events]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("agent", ["dev", "dev-anth"])
async def test_abort(gateway: Gateway, model: Model, tag: str, agent: str) -> None:
    """An abort is confirmed, and reaches the model within a second."""
    async with connected(gateway) as client:
        run = await client.start(agent, f"Build it. #scenario=prop-text #rate=20 #tag={tag}")
        await asyncio.to_thread(model.log.wait, "streaming", tag, within=30)

        answer = await client.call("chat.abort", sessionKey=run.key, runId=run.id)

        await asyncio.to_thread(model.log.wait, "client-gone", tag, within=1)
        assert (answer["payload"]["aborted"], answer["payload"]["runIds"]) == (True, [run.id])
        await ended(run)


async def test_abort_on_the_oldest(old_gateway: Gateway, model: Model, tag: str) -> None:
    """Deleting its session is what ends a run on the oldest gateway; an abort is refused."""
    async with connected(old_gateway) as client:
        run = await client.start("dev", f"Build it. #scenario=prop-text #rate=20 #tag={tag}")
        await asyncio.to_thread(model.log.wait, "streaming", tag, within=30)

        refused = await client.call("chat.abort", sessionKey=run.key, runId=run.id)
        deleted = await client.call("sessions.delete", key=run.key, deleteTranscript=False)

        await asyncio.to_thread(model.log.wait, "client-gone", tag, within=1)
        assert (refused["payload"]["aborted"], deleted["ok"]) == (False, True)


async def test_same_idempotency_key(gateway: Gateway, model: Model, tag: str) -> None:
    """Asking again under the same key starts no second run and returns the first one's end."""
    async with connected(gateway) as client:
        run = await client.start("dev", f"Say it. #scenario=text #rate=400 #tag={tag}")
        first = await ended(run)

        again = await client.call(
            "agent", message="again", agentId="dev", sessionKey=run.key, idempotencyKey=run.id
        )

    assert again["payload"]["status"] == first["status"]
    assert len(model.log.find("request", tag)) == 1


async def test_kill_and_restart(own_gateway: Gateway, tag: str) -> None:
    """A killed gateway comes back on its port and takes new runs."""
    await asyncio.to_thread(own_gateway.kill)

    await asyncio.to_thread(own_gateway.start)

    async with connected(own_gateway) as client:
        run = await client.start("dev-anth", f"Build it. #scenario=prop-text #rate=800 #tag={tag}")
        outcome = await ended(run)
    assert outcome["status"] == "ok"
    assert "PARTS_DATA" in json.dumps(outcome)
