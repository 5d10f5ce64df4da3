"""Which upstreams a request asks, and in which order."""

from collections.abc import Sequence

import pytest

from propactor.actors.upstreams import Upstreams
from propactor.adapters.template import TemplateUpstream
from propactor.core.errors import GatewayRefused, GatewayUnavailable
from propactor.core.upstream import GenerationRequest, Upstream
from propactor.settings import Settings
from propactor.testing.scripted import ScriptedUpstream

ALL = ("openclaw", "model", "template")


def request(*, use_ai: bool = True) -> GenerationRequest:
    """Return what somebody asks for."""
    return GenerationRequest("r", "j", "a box", "Box", use_ai=use_ai)


def upstreams(
    order: Sequence[str] = ALL, *, stand_in: bool = True, down: Exception | None = None, there: int = 2
) -> Upstreams:
    """Return some of the upstreams; ``down`` is what is wrong with all but the template."""
    tables = {"upstream": {"order": order}, "fallback": {"template": stand_in}}
    by_name: dict[str, Upstream] = {"template": TemplateUpstream()}
    by_name |= {name: ScriptedUpstream(name=name, fault=down) for name in ALL[:there]}
    return Upstreams(Settings.model_validate(tables), by_name, labels={"openclaw": "The agent"})


def asked(chosen: Upstreams, *, use_ai: bool = True) -> list[str]:
    """Return the names of the upstreams that a request asks."""
    return [upstream.name for upstream in chosen.choose(request(use_ai=use_ai))]


@pytest.mark.parametrize("stand_in", [True, False])
def test_template_first(stand_in: bool) -> None:
    """Where the template is first it is asked first, and needs no leave to stand in for others."""
    chosen = upstreams(("template", "openclaw", "model"), stand_in=stand_in)

    assert asked(chosen) == ["template", "openclaw", "model"]
    assert (chosen.first, chosen.first_label) == ("template", "template")


def test_template_in_the_middle() -> None:
    """Where the template is between others it is asked between them."""
    assert asked(upstreams(("model", "template", "openclaw"))) == ["model", "template", "openclaw"]


@pytest.mark.parametrize("order", [ALL, ALL[:2]])
def test_template_last(order: Sequence[str]) -> None:
    """Where the template is last, or isn't named, it is asked when all others have failed."""
    assert asked(upstreams(order)) == list(ALL)


@pytest.mark.parametrize("order", [ALL, ALL[:2], ("openclaw", "template", "model")])
def test_template_may_not_stand_in(order: Sequence[str]) -> None:
    """With `[fallback] template = false` the template is left out wherever it would stand in for others."""
    assert asked(upstreams(order, stand_in=False)) == ["openclaw", "model"]


@pytest.mark.parametrize("stand_in", [True, False])
def test_nothing_configured(stand_in: bool) -> None:
    """Where no other upstream is configured the template is the first, and all there is."""
    chosen = upstreams(stand_in=stand_in, there=0)

    assert (asked(chosen), chosen.serving) == (["template"], True)


def test_order_of_models() -> None:
    """The order is that of the settings, not that of building; an upstream that isn't named isn't asked."""
    chosen = upstreams(("model", "openclaw"))

    assert asked(chosen) == ["model", "openclaw", "template"]
    assert asked(upstreams(("model",))) == ["model", "template"]
    assert chosen.session_key(request()) == "model:j"


def test_no_ai() -> None:
    """Who wants no AI gets the template, whatever the order, and no session."""
    chosen = upstreams(stand_in=False)

    assert asked(chosen, use_ai=False) == ["template"]
    assert chosen.session_key(request(use_ai=False)) is None


def test_all_down() -> None:
    """What is wrong with the first is told where none can be asked; one that can be asked is enough."""
    refused, unknown = GatewayRefused("no"), OSError("gone")

    assert asked(upstreams(down=refused)) == list(ALL)
    with pytest.raises(GatewayRefused):
        asked(upstreams(down=refused, stand_in=False))
    with pytest.raises(GatewayUnavailable, match="gone"):
        asked(upstreams(down=unknown, stand_in=False))


@pytest.mark.parametrize(("stand_in", "serving"), [(True, True), (False, False)])
def test_serving(stand_in: bool, serving: bool) -> None:
    """A service whose models are down serves if the template may stand in."""
    assert upstreams(down=OSError("gone"), stand_in=stand_in).serving is serving


def test_described() -> None:
    """Each upstream is described, with its problem; the first has a label for people."""
    chosen = upstreams(down=OSError("gone"))

    assert chosen.describe() == [
        {"name": "template", "problem": None},
        {"name": "openclaw", "problem": "gone"},
        {"name": "model", "problem": "gone"},
    ]
    assert chosen.first_label == "The agent"
