"""A model writes a prop, a real gateway passes it on, a reader sees it come: thoughts, tools, text, parts."""

import pytest

from propactor.testing import lamp
from tests.gateway.asking import body, connected, parts, phases, told
from tests.rig.openclaw import Gateway
from tests.server.service import Heard, assert_grammar, names, text

pytestmark = [pytest.mark.gateway, pytest.mark.timeout(900)]

WRITTEN = f"{lamp.LOOKING}\n\n{lamp.answer()}"
"""The model's two messages, the one before the tool call and the one after, with a blank line between."""

SLOW = {"degraded", "source_switched"}
"""What a gateway's first run may cause: until its first event five seconds can pass."""


async def generate(gateway: Gateway, agent: str, tag: str, *, rate: int) -> list[Heard]:
    """Have a prop made by a model that thinks, reads a file and writes; check what holds on every gateway."""
    async with connected(gateway, agent) as served, served.open(body=body("prop", tag, rate=rate)) as stream:
        heard = await stream.all(within=60)
    assert_grammar(heard)
    assert text(heard) == WRITTEN
    assert_prop(heard)
    assert_tool(heard)
    return heard


def assert_prop(heard: list[Heard]) -> None:
    """Check that the model's own prop was the result, and the parts told before it the same."""
    result, done = heard[-2].data, heard[-1].data
    assert (result["method"], result["name"], result["diagnostics"]) == ("ai", lamp.NAME, [])
    assert result["code"] == lamp.code()
    assert [part["color"] for part in result["parts"]] == [mesh.color for mesh in lamp.MESHES]
    assert parts(heard) == result["parts"]
    assert (done["ok"], done["stats"]["textChars"]) == (True, len(WRITTEN))
    progress = [phase for phase in phases(heard) if phase not in SLOW]
    assert progress == ["accepted", "streaming", "parsing_output"]


def assert_tool(heard: list[Heard]) -> None:
    """Check that one tool was called, then answered, before the prop was written."""
    (call,), (answer,) = told(heard, "tool_call"), told(heard, "tool_result")
    assert (call.data["toolName"], answer.data["status"]) == ("read", "ok")
    assert call.data["toolCallId"] == answer.data["toolCallId"]
    assert "one warm light" in answer.data["outputPreview"]
    assert call.data["seq"] < answer.data["seq"] < told(heard, "part")[0].data["seq"]


def assert_spread(heard: list[Heard]) -> None:
    """Check that text and parts came while the model wrote, not at the end."""
    begun, ended = next(one.at for one in heard if one.data.get("phase") == "streaming"), heard[-1].at
    deltas, made = told(heard, "text_delta"), told(heard, "part")
    assert deltas[-1].at - deltas[0].at > (ended - begun) / 2
    assert max(len(one.data["delta"]) for one in deltas) < len(WRITTEN) / 6
    assert made[0].at < begun + (ended - begun) / 2
    assert made[-1].at - made[0].at > (ended - begun) / 5


def assert_thoughts(heard: list[Heard], *, before_the_end: float) -> None:
    """Check that thoughts came live: several, before the tool call and again after it."""
    thoughts = told(heard, "thinking")
    assert len(thoughts) >= 4
    assert heard[-1].at - thoughts[-1].at > before_the_end
    assert len({one.data["blockId"] for one in thoughts}) == 2
    assert names(heard).index("thinking") < names(heard).index("tool_call")


async def test_newest(gateway: Gateway, tag: str) -> None:
    """On the newest gateway thoughts, a tool, text and parts all come while the model writes."""
    heard = await generate(gateway, "dev-anth", tag, rate=80)

    assert_thoughts(heard, before_the_end=5)
    assert_spread(heard)
    assert len(told(heard, "text_delta")) > 60


async def test_oldest(old_gateway: Gateway, tag: str) -> None:
    """On the oldest gateway the text comes in small pieces, and the thoughts from its files."""
    heard = await generate(old_gateway, "dev", tag, rate=200)

    assert_spread(heard)
    assert len(told(heard, "text_delta")) > 50
    assert [one.data["source"] for one in told(heard, "thinking")] == ["transcript"] * 2


async def test_held_back(gateway: Gateway, tag: str) -> None:
    """Where the newest gateway holds back the text, on completions, at least the thoughts come live."""
    heard = await generate(gateway, "dev", tag, rate=200)

    assert_thoughts(heard, before_the_end=2)
