"""What a gateway is found to be, and what is to be expected of it."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from propactor.adapters.openclaw import probe
from propactor.adapters.openclaw.probe import agent_trouble, findings, reads_files
from propactor.adapters.openclaw.protocol.capabilities import Hello
from propactor.adapters.transcript import Transcripts
from propactor.core.errors import GatewayRefused
from propactor.core.upstream import Trouble
from propactor.settings.tables import Gateway

AGENTS = {"defaultId": "main", "agents": [{"id": "main"}, {"id": "props"}]}
TELLS = Hello(4, "2026.9.6", frozenset({"agents.list"}))
READ_WRITE = frozenset({"operator.read", "operator.write"})
FEBRUARY = Hello(3, "dev", frozenset({"sessions.delete"}))
SUMMER = Hello(4, "2026.7.1", frozenset({"sessions.messages.subscribe"}), sessions_path="x/sessions.json")
AUTUMN = Hello(4, "2026.9.6", frozenset({"sessions.messages.subscribe"}), sessions_path="x.sqlite")
NOT_ADMIN = Hello(3, "dev", frozenset({"sessions.delete"}), scopes=READ_WRITE)


def verdicts(hello: Hello, gateway: Gateway | None = None) -> dict[str, str]:
    """Return the verdicts by what they are about."""
    gateway = gateway or Gateway()
    files = reads_files(hello, gateway, lambda folder: Transcripts(Path(folder)))
    return {finding.what: finding.verdict for finding in findings(hello, gateway, files=files)}


@pytest.mark.parametrize(
    ("hello", "expected"),
    [
        (FEBRUARY, "partly yes yes yes partly partly note"),
        (NOT_ADMIN, "partly no yes no partly partly note"),
        (SUMMER, "yes yes yes yes yes yes note"),
        (AUTUMN, "yes yes partly yes yes yes note"),
    ],
)
def test_verdicts(hello: Hello, expected: str) -> None:
    """Each kind of gateway streams what was measured of it."""
    assert " ".join(verdicts(hello).values()) == expected


def test_files(tmp_path: Path) -> None:
    """Where the gateway's files can be read, February's thoughts come from there."""
    february = replace(FEBRUARY, sessions_path="x/sessions.json", state_dir=str(tmp_path))

    assert verdicts(february)["thoughts"] == "yes"
    assert verdicts(february, Gateway(state_dir=str(tmp_path / "none")))["thoughts"] == "partly"


def test_settings() -> None:
    """What the settings switch off is off."""
    gateway = Gateway(thinking="off", abort_by_delete=False)

    assert verdicts(SUMMER, gateway)["thoughts"] == "no"
    assert verdicts(FEBRUARY, gateway)["stopping a run"] == "no"


@pytest.mark.parametrize("hello", [FEBRUARY, NOT_ADMIN, SUMMER, AUTUMN])
def test_remedies(hello: Hello) -> None:
    """Whatever doesn't work comes with what to do about it."""
    assert all(
        finding.remedy
        for finding in findings(hello, Gateway(), files=False)
        if finding.verdict in ("no", "partly")
    )


class Answering:
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
    trouble = await agent_trouble(Answering(AGENTS), TELLS, "dev")

    assert trouble == Trouble(
        "UNKNOWN_AGENT",
        "the gateway has no agent 'dev'",
        "set [gateway] agent_id to one of main, props",
    )


@pytest.mark.parametrize("agent_id", ["props", "Props"])
async def test_there(agent_id: str) -> None:
    """An agent that is there is no trouble, however it is written."""
    assert await agent_trouble(Answering(AGENTS), TELLS, agent_id) is None


@pytest.mark.parametrize("answer", [{}, {"agents": []}, {"agents": ["odd"]}, GatewayRefused("no")])
async def test_not_told(answer: Mapping[str, Any] | Exception) -> None:
    """A gateway that doesn't tell its agents is taken at our word."""
    assert await agent_trouble(Answering(answer), TELLS, "dev") is None


async def test_not_offered() -> None:
    """A gateway that can't list its agents isn't asked."""
    assert await agent_trouble(Answering(AssertionError("asked")), Hello(3, "dev"), "dev") is None
