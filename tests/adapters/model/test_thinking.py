"""What is asked of an API about thinking, and what becomes of it where the API says no."""

from collections.abc import Mapping
from typing import Any

import pytest

from propactor.adapters.model import completions, messages
from propactor.core.errors import ModelRefused
from propactor.settings.tables import Model
from propactor.testing.model.steps import Refusal
from propactor.testing.steps import Say, Step, Think
from tests.adapters.model.asking import REQUEST, Asked, asking

ADAPTIVE = {"type": "adaptive", "display": "summarized"}


def test_openai_by_default() -> None:
    """A server that speaks OpenAI's API is told nothing about thinking unless somebody wants it."""
    assert completions.features(Model()) == ({},)


@pytest.mark.parametrize(("level", "effort"), [("off", "none"), ("minimal", "minimal"), ("high", "high")])
def test_openai_effort(level: Any, effort: str) -> None:
    """A level is an effort, and is dropped where that is unknown."""
    assert completions.features(Model(thinking=level)) == ({"reasoning_effort": effort}, {})


def test_anthropic_by_default() -> None:
    """Anthropic's API is asked to show thoughts: the way of newer models, of older ones, or not at all."""
    features = messages.features(Model(api="anthropic"))

    assert features == ({"thinking": ADAPTIVE}, {"thinking": {"type": "enabled", "budget_tokens": 4096}}, {})


def test_anthropic_levels() -> None:
    """A level is an effort or a number of tokens, which leaves room for the answer."""
    adaptive, budget, _ = messages.features(Model(api="anthropic", thinking="high", max_tokens=4096))
    off = messages.features(Model(api="anthropic", thinking="off"))

    assert adaptive == {"thinking": ADAPTIVE, "output_config": {"effort": "high"}}
    assert budget["thinking"]["budget_tokens"] == 2048
    assert off == ({"thinking": {"type": "disabled"}}, {})


def _older(body: Mapping[str, Any]) -> list[Step]:
    """Answer like a model that wants a number of tokens."""
    if body.get("thinking", {}).get("type") == "adaptive":
        return [Refusal(status=400, message="adaptive thinking is not supported on this model")]
    return [Think("Hm."), Say("x")]


async def test_older_model() -> None:
    """A model that thinks otherwise is asked otherwise, and from then on at once."""
    async with asking("anthropic", _older) as (model, first):
        await first.run.finish()
        second = Asked(first.upstream, REQUEST)
        await second.run.finish()

    kinds = [body["thinking"]["type"] for body in model.asked]
    assert kinds == ["adaptive", "enabled", "enabled"]
    assert (first.thoughts, first.phases, second.phases) == ({"1": "Hm."}, ["accepted"], ["accepted"])


def _oldest(body: Mapping[str, Any]) -> list[Step]:
    """Answer like a model that doesn't think."""
    unknown = {"thinking", "reasoning_effort"} & body.keys()
    return [Refusal(status=400, message=f"unknown parameter: {unknown}")] if unknown else [Say("x")]


@pytest.mark.parametrize(("api", "thinking"), [("anthropic", "default"), ("openai", "high")])
async def test_model_that_does_not_think(api: Any, thinking: str) -> None:
    """A model that doesn't think answers all the same, and readers are told."""
    async with asking(api, _oldest, thinking=thinking) as (_, asked):
        await asked.run.finish()

    assert asked.phases == ["accepted", "degraded"]
    assert asked.words == "x"


async def test_other_refusals() -> None:
    """A request that is refused for another reason isn't sent again."""
    async with asking("anthropic", [Refusal(status=400, message="prompt is too long")]) as (model, asked):
        with pytest.raises(ModelRefused, match="prompt is too long"):
            await asked.run.finish()

    assert len(model.asked) == 1
