"""What the model is told: the rules, an example, and the user's own words."""

from functools import cache
from importlib import resources

MARKER = "PARTS_DATA"
EXTRA_SYSTEM_PROMPT = (
    "This is an automated request: a program reads your answer. Write the answer itself as plain Markdown. "
    "Do not begin it with reply tags such as [[reply_to_current]] or any other tag in double brackets. "
    "Do not write lines that begin with MEDIA:. Do not write <think> or other thinking tags. "
    "Never answer with NO_REPLY; always give the component. Do not create or change files: "
    "the code belongs in the answer."
)
"""What an agent behind a gateway is told besides: gateways cut tags and some lines out of answers."""


def build(request: str, name: str) -> str:
    """Return the prompt for a component called ``name``; the user's words are put in exactly as they are."""
    rule = "-----"
    while rule in request:
        rule += "-"
    head, tail = (_fill(half, name=name, rule=rule) for half in _template().split("{{request}}"))
    return head + request + tail


def _fill(text: str, **values: str) -> str:
    """Put values into the template's own places; what comes from a person never passes through here."""
    for key, value in values.items():
        text = text.replace("{{" + key + "}}", value)
    return text


@cache
def _template() -> str:
    """Read the template that ships with the package."""
    return resources.files(__package__).joinpath("prompt.md").read_text(encoding="utf-8")
