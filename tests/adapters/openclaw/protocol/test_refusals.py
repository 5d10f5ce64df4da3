"""Every refusal a gateway was seen to give, and what is made of it."""

from typing import Any

import pytest

from propactor.adapters.openclaw.protocol.refusals import refusal
from propactor.core.errors import GatewayRefused, GatewayUnavailable
from tests.adapters.openclaw.recordings import NAMES, lines

REMEDIES = {
    "wrong-token": "[gateway] token",
    "no-auth": "[gateway] token",
    "empty-token": "[gateway] token",
    "token-as-password": "[gateway] token",
    "proto-1-2": "protocols 3 and 4",
    "proto-5-9": "protocols 3 and 4",
    "webchat": "Origin",
    "control-ui": "Origin",
    "origin-header": "Origin",
}
"""What the message must tell an operator to look at."""
CASES = [
    pytest.param(line["case"], line["frame"]["error"], id=f"{name.split('-')[0]}-{line['case']}")
    for name in NAMES
    if name.endswith("handshake-cases")
    for line in lines(name)
    if (line.get("frame") or {}).get("error")
]


@pytest.mark.parametrize(("case", "error"), CASES)
def test_recorded(case: str, error: dict[str, Any]) -> None:
    """Each recorded refusal of a handshake keeps the gateway's words and adds a remedy where there is one."""
    problem = refusal(error)

    assert isinstance(problem, GatewayRefused)
    assert error["message"][:20] in str(problem)
    assert REMEDIES.get(case, "") in str(problem)


def test_starting() -> None:
    """A gateway that is starting is passing trouble, and says when to come back."""
    error = {
        "code": "UNAVAILABLE",
        "message": "gateway starting; retry shortly",
        "retryable": True,
        "retryAfterMs": 500,
    }

    problem = refusal(error)

    assert isinstance(problem, GatewayUnavailable)
    assert problem.retry_after_ms == 500


@pytest.mark.parametrize("error", [{}, {"details": "odd", "retryAfterMs": "soon"}, {"code": None}])
def test_odd(error: dict[str, Any]) -> None:
    """An error in a shape we don't know is a refusal without a remedy."""
    assert "gave no reason" in str(refusal(error))
