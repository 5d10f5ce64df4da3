"""A gateway that is killed while many generations run, and started again."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

import pytest

from tests.gateway.asking import NO_FALLBACK, body, connected, parts, phases, ready
from tests.rig.openclaw import Gateway
from tests.server.service import Heard, Service, Stream, assert_grammar, text

pytestmark = [pytest.mark.gateway, pytest.mark.timeout(900)]

EACH = 3
"""Generations at each of two services."""
PATIENT = {"total": 400, "idle": 300, "first_event": 300}
BACK = 20
"""Seconds until the link must be back after the gateway is; it tries every five at least."""


async def test_killed_and_resumed(own_gateway: Gateway, tag: str) -> None:
    """A run whose gateway is killed in the middle goes on when it is back, and ends with the model's prop."""
    async with connected(
        own_gateway, "dev-anth", rejoin=200, fallback=NO_FALLBACK, timeouts=PATIENT
    ) as served:
        async with served.open(body=body("prop-text", tag, rate=80)) as stream:
            await stream.until("text_delta", within=60)
            await asyncio.to_thread(own_gateway.kill)
            await asyncio.to_thread(own_gateway.start)
            heard = await stream.all(within=240)
        await asyncio.to_thread(own_gateway.kill)

    assert_grammar(heard)
    assert {"degraded", "source_switched"} <= set(phases(heard))
    assert (heard[-2].data["method"], parts(heard)) == ("ai", heard[-2].data["parts"])
    assert text(heard).count("export ") == 1


async def test_killed_under_load(own_gateway: Gateway, tag: str) -> None:
    """Where nobody waits for it, every stream ends as it was told to; and all is well again by itself."""
    async with (
        connected(own_gateway, "dev-anth", rejoin=0, fallback=NO_FALLBACK) as strict,
        connected(own_gateway, "dev-anth", rejoin=0) as lenient,
    ):
        failed, rescued = await killed(own_gateway, [strict, lenient], tag)
        refusal = await refused(strict, tag)
        await asyncio.to_thread(own_gateway.start)
        await ready(strict, BACK)
        after = await strict.read(body=body("prop-text", tag, rate=800))
        await asyncio.to_thread(own_gateway.kill)  # asked to stop, it would finish the runs it has resumed

    assert [heard[-2].data["code"] for heard in failed] == ["GATEWAY_UNAVAILABLE"] * EACH
    reasons = [heard[-2].data["fallbackReason"]["code"] for heard in rescued]
    assert reasons == ["GATEWAY_UNAVAILABLE"] * EACH
    assert refusal == (503, "GATEWAY_UNAVAILABLE")
    assert_grammar(after)
    assert (after[-2].data["method"], len(after[-2].data["parts"])) == ("ai", 12)


async def killed(gateway: Gateway, services: Sequence[Service], tag: str) -> list[list[list[Heard]]]:
    """Kill the gateway while it works for all of these services; return what their streams said."""
    async with AsyncExitStack() as stack:
        begun = [await begin(served, stack, tag) for served in services]
        await asyncio.to_thread(gateway.kill)
        ends = [[await stream.all(within=5) for stream in streams] for streams in begun]
    for heard in (heard for streams in ends for heard in streams):
        assert_grammar(heard)
    return ends


async def begin(served: Service, stack: AsyncExitStack, tag: str) -> list[Stream]:
    """Begin some generations, and wait until the model writes for each."""
    request = body("prop-text", tag, rate=20)
    streams = [await stack.enter_async_context(served.open(body=request)) for _ in range(EACH)]
    await asyncio.gather(*(stream.until("text_delta", within=60) for stream in streams))
    return streams


async def refused(served: Service, tag: str) -> tuple[int, str]:
    """Ask for a generation and return how it was refused."""
    request = body("prop-text", tag)
    async with served.http.post(served.at("generate-prop-stream"), json=request) as answer:
        problem = await answer.json(content_type=None)
    return answer.status, problem["code"]
