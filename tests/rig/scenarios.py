"""What the fake model does in one call, chosen by ``#key=value`` words in the prompt.

``#scenario=`` names a row of the table below, ``#rate=`` is in pieces a second, ``#count=`` is how many
words ``big`` says, and ``#tag=`` is any word by which a test finds its own calls in the log.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.rig import lighthouse

PIECE = 6
"""Characters in one piece: about a token."""


@dataclass(frozen=True, slots=True)
class Think:
    """The model reasons."""

    text: str


@dataclass(frozen=True, slots=True)
class Say:
    """The model writes visible text."""

    text: str


@dataclass(frozen=True, slots=True)
class Use:
    """The model calls a tool."""

    tool: str
    arguments: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Hang:
    """The model says nothing more, and doesn't hang up either."""


@dataclass(frozen=True, slots=True)
class Drop:
    """The model's connection breaks."""


Step = Think | Say | Use | Hang | Drop


@dataclass(frozen=True, slots=True)
class Order:
    """What a prompt asks for; ``turn`` counts the tool results the model has seen since."""

    scenario: str = "text"
    tag: str = ""
    rate: float = 80
    count: int = 200
    turn: int = 0


THOUGHT = (
    "A lighthouse on a rock. The rock first, then three rings of the tower in white and red, a balcony, "
    "a lamp that glows under a pointed roof, and a door, a window and a small tree to give it a size."
)
PLAIN = "Good morning from the model.\nSecond line: café, 灯台, 🗼.\n\nThat is all."
READ_NOTES = Use("read", {"path": "notes.txt"})
FAILURES = {"error400": 400, "error401": 401, "error429": 429, "error500": 500}
"""Scenarios that are an HTTP status and no stream."""


def prop_with_tool(order: Order) -> tuple[Step, ...]:
    """Think, read a file; then think again and write the prop."""
    if order.turn == 0:
        return Think(THOUGHT), Say("Let me see the notes."), READ_NOTES
    return Think("The notes forbid nothing."), Say(lighthouse.VARIANTS[order.scenario])


def prop_at_once(order: Order) -> tuple[Step, ...]:
    """Think and write the prop."""
    return Think(THOUGHT), Say(lighthouse.VARIANTS[order.scenario])


def big(order: Order) -> tuple[Step, ...]:
    """Say as many numbered words as asked for."""
    return (Say(" ".join(f"word{i:06d}" for i in range(order.count))),)


SCENARIOS: dict[str, Callable[[Order], tuple[Step, ...]]] = {
    **dict.fromkeys(lighthouse.VARIANTS, prop_at_once),
    "prop": prop_with_tool,
    "text": lambda _: (Say(PLAIN),),
    "big": big,
    "empty": lambda _: (),
    "hang": lambda _: (Hang(),),
    "hang-mid": lambda _: (Think(THOUGHT), Say(lighthouse.HEAD), Hang()),
    "drop-mid": lambda _: (Think(THOUGHT), Say(lighthouse.HEAD), Drop()),
}


def steps(order: Order) -> tuple[Step, ...]:
    """Return what the model does in this call."""
    return SCENARIOS[order.scenario](order)


def pieces(text: str) -> list[str]:
    """Cut a text as a model does: into short pieces that join to the whole."""
    return [text[start : start + PIECE] for start in range(0, len(text), PIECE)]


def read_order(messages: Sequence[Mapping[str, Any]]) -> Order:
    """Find the newest message with a scenario in it; gateways put messages of their own behind it."""
    turn = 0
    for message in reversed(messages):
        text = text_of(message)
        turn += tool_results(message)
        if message.get("role") == "user" and "#scenario=" in text:
            return parse(text, turn)
    return Order()


def parse(text: str, turn: int = 0) -> Order:
    """Read the ``#key=value`` words of a prompt."""
    words = dict(re.findall(r"#(scenario|tag|rate|count)=([\w.-]*\w)", text))
    return Order(
        scenario=words.get("scenario", "text"),
        tag=words.get("tag", ""),
        rate=float(words.get("rate", 80)),
        count=int(words.get("count", 200)),
        turn=turn,
    )


def text_of(message: Mapping[str, Any]) -> str:
    """Return a message's text, whichever of the two forms its content has."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(block["text"] for block in content if block.get("type") == "text")


def tool_results(message: Mapping[str, Any]) -> int:
    """Count a message's tool results: a message of its own for OpenAI, blocks for Anthropic."""
    if message.get("role") == "tool":
        return 1
    content = message.get("content")
    blocks = content if isinstance(content, list) else []
    return sum(block.get("type") == "tool_result" for block in blocks)
