"""What clients are told before they ask."""

import pytest

from propactor.testing.scripted import ScriptedUpstream
from tests.server.service import PROMPT, service


@pytest.mark.parametrize("on", [True, False])
async def test_flag(on: bool) -> None:
    """The flag says what the settings say; so do the limits."""
    async with service(features={"prop_streaming": on}, timeouts={"total": 33}) as served:
        status, body = await served.get("config")

    assert (status, body["CREATOR_PROP_STREAMING"], body["rawPayloads"]) == (200, on, False)
    assert (body["limits"]["promptChars"], body["limits"]["totalSeconds"]) == (4000, 33)


async def test_models() -> None:
    """There is one model to name: that of the upstream which is asked first."""
    async with service() as alone, service(ScriptedUpstream([])) as behind:
        (_, template), (_, gateway) = await alone.get("models"), await behind.get("models")

    assert [model["upstream"] for model in template["models"]] == ["template"]
    assert [model["upstream"] for model in gateway["models"]] == ["openclaw"]


async def test_offered_model_is_taken() -> None:
    """What is offered may be asked for; it is what one gets without asking."""
    async with service() as served:
        _, offered = await served.get("models")
        body = PROMPT | {"model": offered["models"][0]["key"]}
        async with served.http.post(served.at("generate-prop"), json=body) as answer:
            assert answer.status == 200


async def test_guarded() -> None:
    """With a token, strangers are told nothing."""
    async with service(server={"token": "secret"}) as served:
        assert [(await served.get(path))[0] for path in ("config", "models")] == [401, 401]
