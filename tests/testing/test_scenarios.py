"""The words in a prompt choose what happens."""

import json

import pytest

from propactor.testing import lamp, scenarios
from propactor.testing.gateway import FakeGateway
from propactor.testing.steps import Say, Step, pieces
from tests.support.gateway_client import client

QUIET = {"disconnect", "restart", "hang", "hang-mid"}
"""Scenarios without an end, or without a client that sees it."""


def written(steps: list[Step]) -> str:
    """Return what a script writes."""
    return "".join(step.text for step in steps if isinstance(step, Say))


def test_words_are_read() -> None:
    """Words anywhere in the prompt are read, others are not."""
    options = scenarios.read_options('Make "a lamp #scenario=count #rate=12.5 #n=3", #nonsense=1, #ff0000.')

    assert (options.scenario, options.rate, options.n) == ("count", 12.5, 3)


def test_without_words_it_is_a_prop() -> None:
    """A prompt of a person gets a prop, as does a word nobody knows."""
    assert lamp.parts() in written(scenarios.by_prompt({"message": "a lamp"}))
    assert lamp.parts() in written(scenarios.by_prompt({"message": "a lamp #scenario=unheard-of"}))


@pytest.mark.parametrize(("extra", "count"), [(0, 12), (228, 240)])
def test_the_list_of_parts_is_json(extra: int, count: int) -> None:
    """Between its marks the list is JSON, with a row for each mesh of the component."""
    rows = json.loads(lamp.parts(extra).removeprefix("/* PARTS_DATA").removesuffix("PARTS_DATA */"))

    assert len(rows) == count
    assert lamp.code(extra).count("<mesh ") == count


@pytest.mark.parametrize(("name", "marks"), [("prop-noparts", 0), ("prop-prose", 0), ("prop-fenced", 2)])
def test_variants_differ(name: str, marks: int) -> None:
    """A variant has the list or hasn't, and fences or none."""
    text = written(scenarios.by_prompt({"message": f"#scenario={name}"}))

    assert text.count("PARTS_DATA") == marks
    assert ("```" in text) == (name == "prop-fenced")


@pytest.mark.parametrize("name", ["prop-badparts", "prop-badcode"])
def test_broken_variants_are_broken(name: str) -> None:
    """What is broken differs from what is whole."""
    assert written(scenarios.by_prompt({"message": f"#scenario={name}"})) != f"{lamp.code()}\n{lamp.parts()}"


@pytest.mark.parametrize("protocol", [3, 4])
@pytest.mark.parametrize("name", sorted(set(scenarios.SCENARIOS) - QUIET))
async def test_every_scenario_ends(name: str, protocol: int) -> None:
    """Each scenario plays to its end, on both protocols."""
    words = f"#scenario={name} #rate=100000 #n=5 #pause=0.01"
    async with FakeGateway(protocol=protocol, cumulative=False) as gateway, client(gateway) as visitor:
        ending = await visitor.run(words)

    failed = protocol == 4 and name in ("error500", "error-mid")
    assert ending["ok"] is not failed


def test_pieces_are_the_text() -> None:
    """Joined, the pieces are the text, but for what stands at its end."""
    assert "".join(pieces("A text,\n\n  with  blanks.\n")) == "A text,\n\n  with  blanks."
