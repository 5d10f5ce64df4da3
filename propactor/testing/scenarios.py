"""Scripts by the words in the prompt: ``#scenario=prop #rate=40 #n=200``.

``prop`` thinks, reads a file and writes a prop; ``prop-text`` does without the file, ``prop-fenced`` puts
fences and prose around it, ``prop-noparts`` leaves the list of parts out, ``prop-badparts`` breaks its JSON,
``prop-badcode`` its component, ``prop-prose`` only talks, ``prop-huge`` lists 240 parts. ``text``, ``think``,
``tool``, ``tool-error``, ``count``, ``empty``, ``hang``, ``hang-mid``, ``retry``, ``error500``,
``error-mid``, ``disconnect`` and ``restart`` do what they say. Without a word it is ``prop``.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from propactor.testing import lamp
from propactor.testing.steps import Disconnect, Fail, Hang, Restart, Retry, Say, Step, Think, UseTool, Wait

Script = list[Step]
TEXT = (
    "Hello from the fake gateway, in plain words.\nA second line, with accents: é, ü, ✓ and a 🚀.\n\nThe end."
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the words in a prompt ask for."""

    scenario: str = "prop"
    rate: float = 40.0
    n: int = 200
    delay: float = 0.0
    attempts: int = 3
    pause: float = 0.2


def by_prompt(params: Mapping[str, Any]) -> Script:
    """Return the script that the prompt asks for."""
    wishes = read(str(params.get("message", "")))
    scenario = SCENARIOS.get(wishes.scenario, _prop)
    return [Wait(wishes.delay), *scenario(wishes)]


def read(prompt: str) -> Wishes:
    """Read the words in a prompt."""
    words = dict(re.findall(r"#(\w+)=([\w.-]+)", prompt))
    kinds: Mapping[str, Callable[[str], Any]] = {"n": int, "attempts": int, "scenario": str}
    known = {name: kinds.get(name, float)(words[name]) for name in Wishes.__slots__ if name in words}
    return Wishes(**known)


def _prop(wishes: Wishes) -> Script:
    rate = wishes.rate
    return [
        Think(lamp.PROMPT_THOUGHT, rate),
        Say(lamp.LOOKING, rate),
        UseTool("read", {"path": "notes.txt"}, lamp.NOTES, seconds=0.02),
        Think(lamp.NOTES_THOUGHT, rate),
        Say(f"{lamp.code()}\n{lamp.parts()}", rate),
    ]


def _written(text: str) -> Callable[[Wishes], Script]:
    """Return a scenario that thinks and then writes a text."""
    return lambda wishes: [Think(lamp.PROMPT_THOUGHT, wishes.rate), Say(text, wishes.rate)]


def _fenced() -> str:
    return (
        f"Here it is, and it glows!\n\n```tsx\n{lamp.code()}\n{lamp.parts()}\n```\n\nMore fireflies, perhaps?"
    )


def _half(wishes: Wishes) -> Script:
    """Write half of a prop."""
    return [Think(lamp.PROMPT_THOUGHT, wishes.rate), Say(lamp.code()[: len(lamp.code()) // 2], wishes.rate)]


def _whole(wishes: Wishes) -> Script:
    return _written(f"{lamp.code()}\n{lamp.parts()}")(wishes)


def _tool(wishes: Wishes, *, failed: bool = False) -> Script:
    result = "File not found: notes.txt." if failed else lamp.NOTES
    use = UseTool("read", {"path": "notes.txt"}, result, failed=failed, seconds=0.02)
    return [Say(lamp.LOOKING, wishes.rate), use, Say(TEXT, wishes.rate)]


def _count(wishes: Wishes) -> Script:
    return [Say(" ".join(f"t{number:05d}" for number in range(wishes.n)), wishes.rate)]


def _error(wishes: Wishes) -> Script:
    return [Fail(attempts=wishes.attempts, pause=wishes.pause)]


_BAD_PARTS = lamp.parts().replace('"args"', "args", 3)
_BAD_CODE = lamp.code().replace("</mesh>", "</mash>", 2)

SCENARIOS: Mapping[str, Callable[[Wishes], Script]] = {
    "prop": _prop,
    "prop-text": _whole,
    "prop-fenced": _written(_fenced()),
    "prop-noparts": _written(lamp.code()),
    "prop-badparts": _written(f"{lamp.code()}\n{_BAD_PARTS}"),
    "prop-badcode": _written(f"{_BAD_CODE}\n{lamp.parts()}"),
    "prop-prose": _written(lamp.QUESTION),
    "prop-huge": _written(f"{lamp.code(228)}\n{lamp.parts(228)}"),
    "text": lambda wishes: [Say(TEXT, wishes.rate)],
    "think": lambda wishes: [Think(lamp.PROMPT_THOUGHT, wishes.rate), Say(TEXT, wishes.rate)],
    "tool": _tool,
    "tool-error": lambda wishes: _tool(wishes, failed=True),
    "count": _count,
    "empty": lambda _: [],
    "hang": lambda _: [Hang()],
    "hang-mid": lambda wishes: [*_half(wishes), Hang()],
    "retry": lambda wishes: [*_half(wishes), Retry(pause=wishes.pause), *_whole(wishes)],
    "error500": _error,
    "error-mid": lambda wishes: [*_half(wishes), *_error(wishes)],
    "disconnect": lambda wishes: [*_half(wishes), Disconnect(), *_whole(wishes)],
    "restart": lambda wishes: [*_half(wishes), Restart()],
}
