"""Looking whether the agent is there."""

from collections.abc import Mapping
from typing import Any

import pytest

from propactor.adapters.openclaw.protocol.capabilities import Hello
from propactor.cli import probe
from propactor.cli.probe import Trouble, agent_trouble
from propactor.core.errors import GatewayRefused

AGENTS = {"defaultId": "main", "agents": [{"id": "main"}, {"id": "props"}]}
TELLS = Hello(4, "2026.9.6", frozenset({"agents.list"}))


class ModelClient:
    """Answers as a gateway answers; with an error it refuses."""

    def __init__(self, answer: Mapping[str, Any] | Exception) -> None:
        self.answer = answer

    async def call(self, method: str, params: Mapping[str, Any], *, timeout: float) -> Mapping[str, Any]:
        """Answer."""
        assert (method, params, timeout) == ("agents.list", {}, probe.CALL_SECONDS)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


async def test_missing() -> None:
    """An agent that the gateway doesn't have is trouble; the remedy names those it has."""
    trouble = await agent_trouble(ModelClient(AGENTS), TELLS, "dev")

    assert trouble == Trouble(
        "UNKNOWN_AGENT",
        "the gateway has no agent 'dev'",
        "set [gateway] agent_id to one of main, props",
    )


@pytest.mark.parametrize("agent_id", ["props", "Props"])
async def test_there(agent_id: str) -> None:
    """An agent that is there is no trouble, however it is written."""
    assert await agent_trouble(ModelClient(AGENTS), TELLS, agent_id) is None


@pytest.mark.parametrize("answer", [{}, {"agents": []}, {"agents": ["odd"]}, GatewayRefused("no")])
async def test_not_told(answer: Mapping[str, Any] | Exception) -> None:
    """A gateway that doesn't tell its agents is taken at our word."""
    assert await agent_trouble(ModelClient(answer), TELLS, "dev") is None


async def test_not_offered() -> None:
    """A gateway that can't list its agents isn't asked."""
    assert await agent_trouble(ModelClient(AssertionError("asked")), Hello(3, "dev"), "dev") is None
