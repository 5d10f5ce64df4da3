"""Whoever stops a generation, or leaves it, stops the model: seen from the model's own end."""

import asyncio

import pytest

from tests.gateway.asking import Behind, body, connected, told
from tests.rig.model import Model
from tests.server.service import assert_grammar

pytestmark = [pytest.mark.gateway, pytest.mark.timeout(900)]


async def test_delete(either: Behind, model: Model, tag: str) -> None:
    """DELETE ends the stream as cancelled and confirmed, and the model is hung up on within a second."""
    async with connected(*either) as served, served.open(body=body("prop-text", tag, rate=20)) as stream:
        started = await stream.next()
        await stream.until("text_delta", within=30)

        status, _ = await served.delete(started.data["stateUrl"])

        await asyncio.to_thread(model.log.wait, "client-gone", tag, within=1)
        heard = await stream.all(within=5)
    assert status == 202
    assert_grammar(heard)
    assert heard[-2].data["code"] == "CANCELLED"
    assert heard[-1].data["upstreamCancel"] == "confirmed"


async def test_delete_before_the_first_word(either: Behind, model: Model, tag: str) -> None:
    """DELETE also stops a model that has said nothing yet."""
    async with connected(*either) as served, served.open(body=body("hang", tag)) as stream:
        started = await stream.next()
        await asyncio.to_thread(model.log.wait, "request", tag, within=30)

        await served.delete(started.data["stateUrl"])

        await asyncio.to_thread(model.log.wait, "client-gone", tag, within=1)
        heard = await stream.all(within=5)
    assert told(heard, "text_delta") == []
    assert heard[-1].data["upstreamCancel"] == "confirmed"


async def test_leave(either: Behind, model: Model, tag: str) -> None:
    """When the only reader goes away and nobody comes in time, the model is stopped."""
    async with connected(*either, stream={"disconnect_grace_seconds": 0.2}) as served:
        async with served.open(body=body("prop-text", tag, rate=20)) as stream:
            started = await stream.next()
            await stream.until("text_delta", within=30)

        await asyncio.to_thread(model.log.wait, "client-gone", tag, within=2)
        snapshot = await served.get(started.data["stateUrl"])
    assert snapshot[1]["error"]["code"] == "CANCELLED"
