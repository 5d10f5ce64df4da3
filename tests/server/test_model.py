"""A service that has a model's own API and no gateway: from the request to `done`."""

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from propactor.testing import lamp
from propactor.testing.model import FakeModel
from propactor.testing.model.steps import Refusal
from propactor.testing.steps import Disconnect, Hang, Say, Think, Wait
from tests.server.service import Service, assert_grammar, names, service, text

both = pytest.mark.parametrize("api", ["openai", "anthropic"])
ANSWER = f"{lamp.code()}\n{lamp.parts()}"


def connected(model: FakeModel, **tables: Mapping[str, Any]) -> AbstractAsyncContextManager[Service]:
    """Run a service on this model."""
    table = {"base_url": model.url, "api": model.api, "api_key": model.key, "model": "fake-1"}
    return service(None, model=table, **tables)


@both
async def test_prop(api: str) -> None:
    """Thoughts, text and parts stream as they come, and the result is the model's."""
    thought = "A mushroom that is a lamp."
    script = [Think(thought), Wait(0.5), Say(ANSWER[:2000]), Wait(0.2), Say(ANSWER[2000:])]
    async with FakeModel(api, script) as model, connected(model) as served:
        ready = await served.get("/readyz")
        heard = await served.read()

    assert_grammar(heard)
    order = list(dict.fromkeys(name for name in names(heard) if name != "progress"))
    assert order == ["started", "thinking", "text_delta", "part", "result", "done"]
    first = next(one for one in heard if one.event == "thinking")
    assert first.at < heard[-1].at - 0.5
    assert {one.data["source"] for one in heard if one.event in ("thinking", "text_delta", "part")} == {
        "model"
    }
    assert text(heard) == ANSWER
    assert heard[-2].data["method"] == "ai"
    assert len(heard[-2].data["parts"]) == len(lamp.MESHES)
    assert (ready[0], ready[1]["status"]) == (200, "ok")


@both
async def test_cancel_hangs_up(api: str) -> None:
    """DELETE ends the stream, hangs up at the model, and says that this was confirmed."""
    async with FakeModel(api, [Say("I begin"), Hang()]) as model, connected(model) as served:
        async with served.open() as stream:
            started = await stream.next()
            await stream.until("text_delta")
            await served.delete(started.data["stateUrl"])
            heard = await stream.all(within=3)
        await asyncio.wait_for(model.gone.wait(), 1)

    assert_grammar(heard)
    assert heard[-2].data["code"] == "CANCELLED"
    assert heard[-1].data["upstreamCancel"] == "confirmed"


@pytest.mark.parametrize(
    ("step", "recoverable", "pause"),
    [
        (Refusal(status=429, headers={"Retry-After": "2"}), True, 2000),
        (Refusal(status=401), False, None),
        (Disconnect(), True, None),
    ],
)
async def test_failure(step: Any, recoverable: bool, pause: int | None) -> None:
    """A failed model is an error that says whether and when to try again, if nothing may stand in."""
    async with FakeModel("openai", [step]) as model:
        async with connected(model, fallback={"template": False}) as served:
            heard = await served.read()

    assert_grammar(heard)
    error = heard[-2].data
    assert (error["code"], error["recoverable"]) == ("UPSTREAM_ERROR", recoverable)
    assert error.get("retryAfterMs") == pause


async def test_template_stands_in() -> None:
    """Where the template may stand in, a refused key is only the reason for it, and stays secret."""
    async with FakeModel("openai", key="another") as model:
        table = {"base_url": model.url, "api_key": "not-this-one", "model": "fake-1"}
        async with service(None, model=table) as served:
            heard = await served.read()

    result = heard[-2].data
    assert (result["method"], result["fallbackReason"]["code"]) == ("template", "UPSTREAM_ERROR")
    assert "check [model] api_key" in result["fallbackReason"]["message"]
    assert "not-this-one" not in f"{[one.data for one in heard]}"


async def test_gateway_down() -> None:
    """With a gateway that isn't there, the model is asked next."""
    nobody = {"url": "ws://127.0.0.1:9", "token": "t"}
    async with FakeModel("openai", [Say(ANSWER)]) as model:
        async with connected(model, gateway=nobody, timeouts={"accept": 1}) as served:
            heard = await served.read()

    assert any(one.data.get("phase") == "fallback" for one in heard)
    assert heard[-2].data["method"] == "ai"


async def test_no_name() -> None:
    """Readiness says what is missing, and the template serves meanwhile."""
    async with service(None, model={"base_url": "http://127.0.0.1:9/v1", "api_key": "sesame"}) as served:
        status, told = await served.get("/readyz")

    (problem,) = [one["problem"] for one in told["upstreams"] if one["name"] == "model"]
    assert (status, told["status"], problem) == (
        200,
        "degraded",
        "no model is chosen: set [model] model to its name",
    )
    assert "sesame" not in str(told)
