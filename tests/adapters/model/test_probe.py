"""What is to be expected of a model, by what its API lists."""

import pytest

from propactor.adapters.model.probe import findings
from propactor.settings.tables import Model


@pytest.mark.parametrize(
    ("names", "verdict"),
    [(["m"], "yes"), (["m:latest"], "yes"), (["other", "mm"], "partly"), ([], "note")],
)
def test_model(names: list[str], verdict: str) -> None:
    """A model is found under its name, with or without a tag; without a list nobody knows."""
    found = next(findings(Model(model="m"), names))

    assert (found.what, found.verdict) == ("model", verdict)


def test_long_list() -> None:
    """Of hundreds of models a remedy names a few."""
    found = next(findings(Model(model="m"), [f"model-{n}" for n in range(300)]))

    assert found.remedy is not None
    assert found.remedy.endswith("model-7, …")


def test_no_thinking() -> None:
    """Where thinking is switched off, it says how to switch it on."""
    found = findings(Model(model="m", thinking="off"), ["m"])

    (thoughts,) = [finding for finding in found if finding.what == "thoughts"]
    assert (thoughts.verdict, thoughts.remedy) == ("no", 'set [model] thinking = "default"')
