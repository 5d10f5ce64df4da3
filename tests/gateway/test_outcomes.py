"""What becomes of what a model writes, well or badly, seen through the service and real gateways."""

import pytest

from propactor.testing import lamp
from tests.gateway.asking import NO_FALLBACK, Behind, body, connected, parts, phases, told
from tests.rig.openclaw import Gateway
from tests.server.service import Heard, assert_grammar, text

pytestmark = [pytest.mark.gateway, pytest.mark.timeout(900)]

BROKEN = "BROKEN_JSON"
DIAGNOSTICS: dict[str, list[str]] = {
    "prop-text": [],
    "prop-fenced": [],
    "prop-noparts": ["PARTS_FROM_CODE"],
    "prop-badparts": ["PARTS_FROM_CODE", BROKEN, BROKEN, BROKEN],
    "prop-badcode": ["TSX_SYNTAX"],
}


def assert_made(heard: list[Heard], scenario: str, count: int) -> None:
    """Check that a prop of so many parts was made of just what the model wrote."""
    result = heard[-2].data
    assert_grammar(heard)
    assert text(heard) == lamp.VARIANTS[scenario].strip()
    assert (result["method"], len(result["parts"]), heard[-1].data["ok"]) == ("ai", count, True)
    assert parts(heard) == result["parts"]


@pytest.mark.parametrize("scenario", DIAGNOSTICS)
async def test_prop(either: Behind, tag: str, scenario: str) -> None:
    """Twelve parts come of every answer that has them, and diagnostics say what was wrong with it."""
    async with connected(*either) as served:
        heard = await served.read(body=body(scenario, tag, rate=800))

    assert_made(heard, scenario, 12)
    assert [note["code"] for note in heard[-2].data["diagnostics"]] == DIAGNOSTICS[scenario]


async def test_huge(gateway: Gateway, tag: str) -> None:
    """A prop of 240 parts arrives whole. On an agent that streams, the gateway needs half a minute for it."""
    async with (
        connected(gateway, "dev") as served,
        served.open(body=body("prop-huge", tag, rate=2500)) as stream,
    ):
        heard = await stream.all(within=60)

    assert_made(heard, "prop-huge", 240)
    assert heard[-2].data["diagnostics"] == []


async def test_prose(either: Behind, tag: str) -> None:
    """An answer without a prop is replaced by the template's, and the result says why."""
    async with connected(*either) as served:
        heard = await served.read(body=body("prop-prose", tag))

    result = heard[-2].data
    assert_grammar(heard)
    assert (result["method"], result["fallbackReason"]["code"]) == ("template", "INVALID_MODEL_OUTPUT")
    assert phases(heard).count("fallback") == 1
    assert parts(heard) == result["parts"]
    assert lamp.VARIANTS["prop-prose"] not in text(heard)


async def test_prose_without_fallback(either: Behind, tag: str) -> None:
    """Where the template may not step in, an answer without a prop is an error; what was said stays."""
    async with connected(*either, fallback=NO_FALLBACK) as served:
        heard = await served.read(body=body("prop-prose", tag))

    assert_grammar(heard)
    assert heard[-2].data["code"] == "INVALID_MODEL_OUTPUT"
    assert text(heard) == lamp.VARIANTS["prop-prose"]
    assert told(heard, "part") == []
