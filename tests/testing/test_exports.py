"""What is for tests is found at one address, and brings along only what it needs."""

import inspect
import re
import subprocess
import sys
import textwrap
from typing import Any

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


@pytest.mark.parametrize("fake", [FakeGateway, FakeModel, ScriptedUpstream])
async def test_the_examples_run(fake: type, capsys: pytest.CaptureFixture[str]) -> None:
    """What a fake's docstring shows runs as it stands there."""
    (code, *_) = re.findall(r"::\n\n((?:(?:    .*)?\n)+)", inspect.getdoc(fake) or "")
    assert f"import {fake.__name__}" in code
    names: dict[str, Any] = {}
    exec(f"async def example():\n{textwrap.indent(textwrap.dedent(code), '    ')}", names)

    await names["example"]()

    assert capsys.readouterr().out
