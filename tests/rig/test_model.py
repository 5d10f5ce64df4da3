"""The fake model: both dialects say the whole text, and a caller who hangs up is noticed."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.rig import lighthouse
from tests.rig.model import Model
from tests.rig.scenarios import THOUGHT


@pytest.fixture
def model() -> Iterator[Model]:
    """Run a model server."""
    with Model() as server:
        yield server


@pytest.fixture
async def http(model: Model) -> AsyncIterator[ClientSession]:
    """Open a session with the model."""
    async with ClientSession(model.url) as session:
        yield session


def order(text: str, *more: dict[str, Any]) -> dict[str, Any]:
    """Write a request with this prompt, and what came after it."""
    return {"model": "rig", "stream": True, "messages": [{"role": "user", "content": text}, *more]}


async def events(http: ClientSession, path: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the data of a whole stream, without the closing ``[DONE]``."""
    async with http.post(path, json=body) as response:
        lines = (await response.text()).split("\n")
    return [json.loads(line[6:]) for line in lines if line.startswith("data: {")]


async def test_completions(http: ClientSession) -> None:
    """Joined, the pieces of a completion are the thought and the text."""
    body = order("Go. #scenario=prop-text #rate=100000")

    chunks = await events(http, "/v1/chat/completions", body)

    deltas = [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]
    assert "".join(delta.get("reasoning_content", "") for delta in deltas) == THOUGHT
    assert "".join(delta.get("content", "") for delta in deltas) == lighthouse.answer()


async def test_messages(http: ClientSession) -> None:
    """Joined, the deltas of a message are the thought and the text."""
    body = order("Go. #scenario=prop-text #rate=100000")

    deltas = [event.get("delta", {}) for event in await events(http, "/v1/messages", body)]

    assert "".join(delta.get("thinking", "") for delta in deltas) == THOUGHT
    assert "".join(delta.get("text", "") for delta in deltas) == lighthouse.answer()


async def test_tool_first(http: ClientSession) -> None:
    """``prop`` asks for a file first, and writes once it has seen the result."""
    prompt = "Go. #scenario=prop #rate=100000"
    result = {"role": "tool", "tool_call_id": "call_2", "content": "nothing special"}

    before = await events(http, "/v1/chat/completions", order(prompt))
    after = await events(http, "/v1/chat/completions", order(prompt, result))

    reasons = [
        [c["choices"][0]["finish_reason"] for c in chunks if c["choices"]][-1] for chunks in (before, after)
    ]
    assert reasons == ["tool_calls", "stop"]


async def test_failure(http: ClientSession) -> None:
    """``error500`` is an HTTP status."""
    async with http.post("/v1/messages", json=order("Go. #scenario=error500")) as response:
        assert response.status == 500


@pytest.mark.parametrize("scenario", ["hang", "prop-text"])
async def test_client_gone(http: ClientSession, model: Model, scenario: str) -> None:
    """Whoever hangs up early is noticed at once, also while nothing is written."""
    response = await http.post("/v1/messages", json=order(f"Go. #scenario={scenario} #rate=5 #tag=gone"))
    await response.content.readline()

    response.close()

    entries = await asyncio.to_thread(model.log.wait, "client-gone", "gone", within=5)
    assert entries[0].order.scenario == scenario
    assert model.log.find("end", "gone") == []
