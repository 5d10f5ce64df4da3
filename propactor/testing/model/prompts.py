"""What a request asks of a model: its newest prompt, and how many tools have answered since.

Both APIs are read alike: OpenAI's tool results are messages of their own, Anthropic's are blocks of a user's.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from propactor.testing import scenarios
from propactor.testing.model.steps import Refusal
from propactor.testing.steps import Step, UseTool

Body = Mapping[str, Any]
"""The body of a request."""
_MARK = "#scenario="


class Prompt(NamedTuple):
    """The newest prompt of a request, and how many tool results came after it."""

    text: str
    results: int


def newest_prompt(body: Body) -> Prompt:
    """Find the newest prompt that names a scenario, or, if none does, the newest prompt.

    A gateway may put messages of its own behind that of the person.
    """
    messages: Sequence[Mapping[str, Any]] = body.get("messages", [])
    texts = [_text(message) if message.get("role") == "user" else "" for message in messages]
    prompts = [index for index, text in enumerate(texts) if text]
    if not prompts:
        return Prompt("", 0)
    newest = next((index for index in reversed(prompts) if _MARK in texts[index]), prompts[-1])
    return Prompt(texts[newest], sum(map(_results, messages[newest:])))


def by_prompt(body: Body) -> Sequence[Step]:
    """Return the script that the words in the prompt ask for, as for a gateway: ``#scenario=prop #rate=40``.

    ``#scenario=error429`` and the like refuse the request with that HTTP status.
    """
    prompt = newest_prompt(body).text
    status = re.fullmatch(r"error(\d{3})", scenarios.read_options(prompt).scenario)
    if status:
        return [Refusal(status=int(status[1]), message=f"the prompt asked for {status[1]}")]
    return scenarios.by_prompt({"message": prompt})


def next_answer(script: Sequence[Step], results: int) -> Sequence[Step]:
    """Return the part of a script that answers a request, given the tool results that it has.

    A tool ends an answer: the request that brings its result gets what follows.
    """
    ends = [0, *(index + 1 for index, step in enumerate(script) if isinstance(step, UseTool))]
    turn = min(results, len(ends) - 1)
    return script[ends[turn] : ends[turn + 1] if turn + 1 < len(ends) else None]


def _text(message: Mapping[str, Any]) -> str:
    """Return a message's text, whichever of the two forms its content has."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(block["text"] for block in content if block.get("type") == "text")


def _results(message: Mapping[str, Any]) -> int:
    """Count a message's tool results."""
    if message.get("role") == "tool":
        return 1
    content = message.get("content")
    return sum(block.get("type") == "tool_result" for block in content) if isinstance(content, list) else 0
