"""What a gateway says of itself."""

from typing import get_args

import pytest

from propactor.adapters.openclaw.protocol import capabilities as hellos
from propactor.adapters.openclaw.protocol import stored
from propactor.adapters.openclaw.protocol.capabilities import GatewayIdentity
from propactor.core.errors import GatewayRefused
from propactor.metrics.upstreams import PLACES
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


@pytest.mark.parametrize(
    ("version", "files", "thoughts", "missed"),
    [
        ("2026.2.9", True, "transcript", "transcript"),
        ("2026.2.9", False, "history", "history"),
        ("2026.2.26", True, "transcript", "transcript"),
        ("2026.7.1", True, "gateway", "history"),
        ("2026.9.6", True, "gateway", "history"),
        ("2026.9.6", False, "gateway", "history"),
    ],
)
def test_sources(version: str, thoughts: str, missed: str, *, files: bool) -> None:
    """February keeps its thoughts for its files; later gateways tell them, and give their history."""
    gateway = hellos.parse(hello(f"{version}-text"))

    assert hellos.thoughts_from(gateway, files=files) == thoughts
    assert hellos.missed_from(gateway, files=files) == missed


def test_unheard() -> None:
    """What events never tell isn't waited for."""
    protocol_3, today = hellos.parse(hello("2026.2.9-text")), hellos.parse(hello("2026.9.6-text"))

    assert hellos.unheard(protocol_3, tools=True) == {stored.Thought}
    assert hellos.unheard(protocol_3, tools=False) == {stored.Thought, stored.Call, stored.Outcome}
    assert hellos.unheard(today, tools=True) == set()


def test_places() -> None:
    """Every source that can tell a run has its place among the metric's labels, and no other has."""
    assert get_args(hellos.Place) == PLACES


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (GatewayIdentity("a"), GatewayIdentity("a", 5.0), True),
        (GatewayIdentity("a", 5.0), GatewayIdentity("b", 5.0), False),
        (GatewayIdentity(None, 5.0), GatewayIdentity(None, 6.0), True),
        (GatewayIdentity(None, 5.0), GatewayIdentity(None, 9.0), False),
        (GatewayIdentity("a", 5.0), GatewayIdentity(None, 5.0), False),
        (GatewayIdentity(), GatewayIdentity(), False),
    ],
)
def test_is_same(one: GatewayIdentity, other: GatewayIdentity, *, same: bool) -> None:
    """An id decides, else when it began; what isn't known is never taken for the same."""
    assert one.is_same(other) is other.is_same(one) is same


def test_recorded_identities() -> None:
    """What real gateways say of themselves tells their lives apart, and knows one again."""
    names = [f"{version}-reconnect" for version in ("2026.2.9", "2026.9.6")]
    protocol_3, september = (hellos.parse(hello(name)) for name in names)

    assert hellos.identify(protocol_3, 100.0) == GatewayIdentity(None, 100.0 - 2174.365)
    assert hellos.identify(september, 100.0).boot_id == "051079e8-397c-473b-8ae2-7d1cdeb015e5"
    assert hellos.identify(september, 100.0).is_same(hellos.identify(september, 900.0))
