"""Whether a gateway is still the process it was."""

import pytest

from propactor.adapters.openclaw.protocol.capabilities import GatewayIdentity, identify, parse
from tests.adapters.openclaw.recordings import hello


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


def test_recorded() -> None:
    """What real gateways say of themselves tells their lives apart, and knows one again."""
    protocol_3, september = (parse(hello(f"{version}-reconnect")) for version in ("2026.2.9", "2026.9.6"))

    assert identify(protocol_3, 100.0) == GatewayIdentity(None, 100.0 - 2174.365)
    assert identify(september, 100.0).boot_id == "051079e8-397c-473b-8ae2-7d1cdeb015e5"
    assert identify(september, 100.0).is_same(identify(september, 900.0))
