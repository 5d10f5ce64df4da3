"""Fakes of what propactor talks to, for tests, for demos, and for those who build a front end.

- `FakeGateway`: an OpenClaw gateway, the real protocol over a real socket.
- `FakeModel`: a model's API, OpenAI's or Anthropic's.
- `ScriptedUpstream`: no network at all, an upstream inside the service.

The first two follow scripts of the steps in `propactor.testing.steps`, or the words in the prompt
(`propactor.testing.scenarios`); ``python -m propactor.testing.gateway`` runs a gateway by hand.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from propactor.testing.gateway import FakeGateway
    from propactor.testing.model import FakeModel
    from propactor.testing.scripted import ScriptedUpstream

__all__ = ["FakeGateway", "FakeModel", "ScriptedUpstream"]

_HOMES = {"FakeGateway": "gateway", "FakeModel": "model", "ScriptedUpstream": "scripted"}


def __getattr__(name: str) -> object:
    """Import a fake when it is asked for: a gateway doesn't need aiohttp, nor a model websockets."""
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
