"""What is for tests is found at one address, and brings along only what it needs."""

import subprocess
import sys

import pytest

import propactor.testing
from propactor.testing import FakeGateway, FakeModel, ScriptedUpstream


def test_the_fakes_are_exported() -> None:
    """All three have one address, and what isn't there is an AttributeError."""
    assert {FakeGateway.__name__, FakeModel.__name__, ScriptedUpstream.__name__} == set(
        propactor.testing.__all__
    )
    with pytest.raises(AttributeError, match="FakeUpstream"):
        _ = propactor.testing.FakeUpstream


@pytest.mark.parametrize(
    ("name", "unneeded"),
    [("FakeGateway", "aiohttp"), ("FakeModel", "websockets"), ("ScriptedUpstream", "aiohttp")],
)
def test_a_fake_brings_only_what_it_needs(name: str, unneeded: str) -> None:
    """Who wants a gateway doesn't load a web server, and who wants a model no WebSockets."""
    program = f"import sys; from propactor.testing import {name}; sys.exit({unneeded!r} in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode == 0
