"""The model in a thread of its own: it answers whoever calls, and a caller who hangs up is noticed."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from aiohttp import ClientSession

from tests.rig.model import KEY, Model


@pytest.fixture
def model() -> Iterator[Model]:
    """Run a model server."""
    with Model() as server:
        yield server


@pytest.fixture
async def http(model: Model) -> AsyncIterator[ClientSession]:
    """Open a session with the model."""
    async with ClientSession(model.url, headers={"x-api-key": KEY}) as session:
        yield session


def order(text: str) -> dict[str, object]:
    """Write a request with this prompt."""
    return {"model": "rig", "stream": True, "messages": [{"role": "user", "content": text}]}


@pytest.mark.parametrize("path", ["/v1/messages", "/v1/chat/completions"])
async def test_both_apis(http: ClientSession, model: Model, path: str) -> None:
    """Both APIs are served at one address, and the log tells what happened to each call by its tag."""
    async with http.post(path, json=order("Go. #scenario=prop-text #rate=100000 #tag=mine.")) as response:
        text = await response.text()

    assert "PARTS_" in text
    for kind in ("request", "streaming", "end"):
        assert len(model.log.wait(kind, "mine")) == 1
    assert model.log.find("client-gone", "mine") == model.log.find("end", "another") == []


@pytest.mark.parametrize("scenario", ["hang", "prop-text"])
async def test_client_gone(http: ClientSession, model: Model, scenario: str) -> None:
    """Whoever hangs up early is noticed at once, also while nothing is written."""
    response = await http.post("/v1/messages", json=order(f"Go. #scenario={scenario} #rate=5 #tag=gone"))

    response.close()

    await asyncio.to_thread(model.log.wait, "client-gone", "gone", within=5)
    assert model.log.find("end", "gone") == []


async def test_waiting_in_vain(model: Model) -> None:
    """Who waits for a call that doesn't come is told what came."""
    with pytest.raises(TimeoutError, match=r"no 1 × end within 0\.01 s"):
        model.log.wait("end", "nobody", within=0.01)
