"""What a request to the fake model asks is found, whoever wrote around it."""

from collections.abc import Sequence
from typing import Any

import pytest

from propactor.testing.model.prompts import by_prompt, newest_prompt, next_answer
from propactor.testing.model.steps import Refusal
from propactor.testing.steps import Say, Step, Think, UseTool

READ = UseTool("read", {})
SCRIPT: list[Step] = [Think("a"), READ, READ, Say("b")]


def user(content: object) -> dict[str, Any]:
    """Return a message of the user."""
    return {"role": "user", "content": content}


RESULT = user([{"type": "tool_result", "tool_use_id": "1", "content": "text"}])
TOOL = {"role": "tool", "tool_call_id": "1", "content": "text"}


@pytest.mark.parametrize(
    ("messages", "text", "results"),
    [
        ([], "", 0),
        ([{"role": "system", "content": "Be brief. #scenario=no"}, user("hi")], "hi", 0),
        ([user("old"), {"role": "assistant", "content": "x"}, user("new")], "new", 0),
        ([user([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}])], "a\nb", 0),
        ([user("old"), TOOL, user("new"), TOOL, TOOL], "new", 2),
        ([user("new"), RESULT, RESULT], "new", 2),
        ([user("mine #scenario=prop"), TOOL, user("the gateway's own"), TOOL], "mine #scenario=prop", 2),
        ([{"role": "assistant", "content": None}, user("hi")], "hi", 0),
    ],
)
def test_the_newest_prompt(messages: Sequence[dict[str, Any]], text: str, results: int) -> None:
    """The newest prompt counts, with the tool results since; one with a scenario goes before others."""
    assert newest_prompt({"messages": messages}) == (text, results)


@pytest.mark.parametrize(
    ("results", "part"), [(0, SCRIPT[:2]), (1, SCRIPT[2:3]), (2, SCRIPT[3:]), (9, SCRIPT[3:])]
)
def test_a_tool_ends_an_answer(results: int, part: list[Step]) -> None:
    """Each request gets the part of the script that follows the tools whose results it has."""
    assert next_answer(SCRIPT, results) == part


def test_a_script_without_tools_is_one_answer() -> None:
    """Results of tools that the script doesn't have change nothing; nor does a script of nothing."""
    assert next_answer(SCRIPT[3:], 2) == SCRIPT[3:]
    assert next_answer([], 1) == []


def test_statuses() -> None:
    """A scenario that names an HTTP status is a refusal with it."""
    (step,) = by_prompt({"messages": [user("#scenario=error503")]})

    assert isinstance(step, Refusal)
    assert step.status == 503
