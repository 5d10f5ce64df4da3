"""Models that fail behind real gateways, which then try again and again and may call it success."""

import pytest

from tests.gateway.asking import NO_FALLBACK, body, connected, phases
from tests.rig.model import Model
from tests.rig.openclaw import Gateway
from tests.server.service import assert_grammar

pytestmark = [pytest.mark.gateway, pytest.mark.timeout(900)]


async def test_newest(gateway: Gateway, tag: str) -> None:
    """The newest gateway retries for longer than we wait: readers are told, and our own limit ends it."""
    async with connected(gateway, "dev", fallback=NO_FALLBACK, timeouts={"total": 10}) as served:
        heard = await served.read(body=body("error500", tag))

    assert_grammar(heard)
    assert "retrying" in phases(heard)
    assert (heard[-2].data["code"], heard[-2].data["phase"]) == ("GEN_TIMEOUT", "total")
    assert heard[-1].data["upstreamCancel"] == "confirmed"


async def test_oldest(old_gateway: Gateway, model: Model, tag: str) -> None:
    """The oldest gateway calls it `ok` when all its attempts have failed; we don't."""
    async with connected(old_gateway, "dev", fallback=NO_FALLBACK) as served:
        async with served.open(body=body("error500", tag)) as stream:
            heard = await stream.all(within=60)

    assert_grammar(heard)
    assert phases(heard).count("retrying") == 3
    assert (heard[-2].data["code"], "500" in heard[-2].data["message"]) == ("UPSTREAM_ERROR", True)
    assert len(model.log.find("request", tag)) >= 4
