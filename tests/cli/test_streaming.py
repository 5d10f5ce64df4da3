"""What is to be expected of a gateway."""

from dataclasses import replace
from pathlib import Path

import pytest

from propactor.adapters.openclaw.protocol.capabilities import Hello
from propactor.cli.streaming import findings
from propactor.settings.tables import Gateway

READ_WRITE = frozenset({"operator.read", "operator.write"})
FEBRUARY = Hello(3, "dev", frozenset({"sessions.delete"}))
SUMMER = Hello(4, "2026.7.1", frozenset({"sessions.messages.subscribe"}), sessions_path="x/sessions.json")
AUTUMN = Hello(4, "2026.9.6", frozenset({"sessions.messages.subscribe"}), sessions_path="x.sqlite")
NOT_ADMIN = Hello(3, "dev", frozenset({"sessions.delete"}), scopes=READ_WRITE)


def verdicts(hello: Hello, gateway: Gateway | None = None) -> dict[str, str]:
    """Return the verdicts by what they are about."""
    return {finding.what: finding.verdict for finding in findings(hello, gateway or Gateway())}


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
        finding.remedy for finding in findings(hello, Gateway()) if finding.verdict in ("no", "partly")
    )
