"""What a gateway says of itself."""

import pytest

from propactor.adapters.openclaw.protocol import capabilities as hellos
from propactor.core.errors import GatewayRefused
from tests.adapters.openclaw.recordings import hello, lines


@pytest.mark.parametrize(
    ("recording", "protocol_3", "pushes", "aborts", "transcript"),
    [
        ("2026.2.9-success", True, False, False, "jsonl"),
        ("2026.2.26-text", True, False, False, "jsonl"),
        ("2026.7.1-success", False, True, True, "jsonl"),
        ("2026.9.6-success", False, True, True, "sqlite"),
    ],
)
def test_features(recording: str, protocol_3: bool, pushes: bool, aborts: bool, transcript: str) -> None:
    """Each version is told by what it can do."""
    parsed = hellos.parse(hello(recording))

    assert parsed.protocol_3 is protocol_3
    assert (parsed.pushes_sessions, parsed.aborts, parsed.transcript) == (pushes, aborts, transcript)
    assert parsed.tick_seconds == 30.0
    assert parsed.offers("agent")
    assert parsed.grants("operator.admin")


def test_limits() -> None:
    """The frame limit of the gateway is known; the oldest takes only half a megabyte."""
    assert hellos.parse(hello("2026.2.9-success")).max_payload == 512 * 1024
    assert hellos.parse(hello("2026.9.6-success")).max_payload == 25 * 1024 * 1024


def test_least() -> None:
    """A hello without details is taken for the least it can mean."""
    parsed = hellos.parse({"type": "hello-ok", "protocol": 4})

    assert (parsed.version, parsed.methods, parsed.scopes) == ("unknown", frozenset(), None)
    assert parsed.transcript is None


def test_no_gateway() -> None:
    """An answer that is no hello is refused."""
    for payload in ({}, {"type": "hello-ok"}, {"type": "hi", "protocol": 4}):
        with pytest.raises(GatewayRefused, match="not an OpenClaw"):
            hellos.parse(payload)


def test_empty_scopes() -> None:
    """Recorded hellos without scopes, which let nothing work, are refused; the others are taken."""
    for line in lines("2026.9.6-handshake-cases"):
        payload = (line.get("frame") or {}).get("payload") or {}
        if payload.get("type") != "hello-ok":
            continue
        if "operator.write" in payload["auth"]["scopes"]:
            assert hellos.parse(payload).protocol == 4
        else:
            with pytest.raises(GatewayRefused, match=r"operator\.write"):
                hellos.parse(payload)


def test_admin_is_enough() -> None:
    """Who may do everything may read and write."""
    payload = {"type": "hello-ok", "protocol": 4, "auth": {"scopes": ["operator.admin"]}}

    assert hellos.parse(payload).grants("operator.write")
