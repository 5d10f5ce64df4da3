"""Scripts by the words in the prompt: ``#scenario=prop #rate=40 #n=200``.

A word stands anywhere in the prompt, of a person or of a test; without ``#scenario`` it is ``prop``.

========================  ==========================================================================
``prop``                  thinks, reads a file and writes a prop
``prop-text``             writes it without reading a file
``prop-fenced``           puts fences and prose around it
``prop-noparts``          leaves the list of parts out
``prop-badparts``         breaks the list's JSON
``prop-badcode``          breaks the component
``prop-prose``            only talks
``prop-huge``             lists 240 parts
``text`` ``think``        says a few lines, with a thought before them
``tool`` ``tool-error``   uses a tool, which fails
``count``                 says ``#n`` numbered words
``empty``                 says nothing
``hang`` ``hang-mid``     says nothing any more, from the start or in the middle of a prop
``retry``                 fails in the middle of a prop and begins again, after ``#pause`` seconds
``error500``              fails ``#attempts`` times, ``#pause`` seconds apart
``error-mid``             fails in the middle of a prop
``disconnect``            cuts the connection in the middle of a prop
``restart``               restarts the gateway in the middle of a prop
========================  ==========================================================================
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
class ScenarioOptions:
    """What the words in a prompt ask for."""

    scenario: str = "prop"
    rate: float = 40.0
    """Pieces a second."""
    n: int = 200
    """Words to count."""
    delay: float = 0.0
    """Seconds before anything happens."""
    attempts: int = 3
    """How often the model fails before it is given up."""
    pause: float = 0.2
    """Seconds between two attempts."""


def by_prompt(params: Mapping[str, Any]) -> Script:
    """Return the script that the prompt asks for, from the parameters of ``agent``."""
    options = read_options(str(params.get("message", "")))
    scenario = SCENARIOS.get(options.scenario, _prop)
    return [Wait(options.delay), *scenario(options)]


def read_options(prompt: str) -> ScenarioOptions:
    """Read the words in a prompt; words that aren't known mean nothing."""
    words = dict(re.findall(r"#(\w+)=([\w.-]+)", prompt))
    kinds: Mapping[str, Callable[[str], Any]] = {"n": int, "attempts": int, "scenario": str}
    known = {name: kinds.get(name, float)(words[name]) for name in ScenarioOptions.__slots__ if name in words}
    return ScenarioOptions(**known)


def _prop(options: ScenarioOptions) -> Script:
    rate = options.rate
    return [
        Think(lamp.PROMPT_THOUGHT, rate),
        Say(lamp.LOOKING, rate),
        UseTool("read", {"path": "notes.txt"}, lamp.NOTES, seconds=0.02),
        Think(lamp.NOTES_THOUGHT, rate),
        Say(lamp.answer(), rate),
    ]


def _written(text: str) -> Callable[[ScenarioOptions], Script]:
    """Return a scenario that thinks and then writes a text."""
    return lambda options: [Think(lamp.PROMPT_THOUGHT, options.rate), Say(text, options.rate)]


_half = _written(lamp.HALF)
_whole = _written(lamp.answer())


def _tool(options: ScenarioOptions, *, failed: bool = False) -> Script:
    result = "File not found: notes.txt." if failed else lamp.NOTES
    use = UseTool("read", {"path": "notes.txt"}, result, failed=failed, seconds=0.02)
    return [Say(lamp.LOOKING, options.rate), use, Say(TEXT, options.rate)]


def _count(options: ScenarioOptions) -> Script:
    return [Say(" ".join(f"t{number:05d}" for number in range(options.n)), options.rate)]


def _error(options: ScenarioOptions) -> Script:
    return [Fail(attempts=options.attempts, pause=options.pause)]


SCENARIOS: Mapping[str, Callable[[ScenarioOptions], Script]] = {
    "prop": _prop,
    **{name: _written(text) for name, text in lamp.VARIANTS.items()},
    "text": lambda options: [Say(TEXT, options.rate)],
    "think": lambda options: [Think(lamp.PROMPT_THOUGHT, options.rate), Say(TEXT, options.rate)],
    "tool": _tool,
    "tool-error": lambda options: _tool(options, failed=True),
    "count": _count,
    "empty": lambda _: [],
    "hang": lambda _: [Hang()],
    "hang-mid": lambda options: [*_half(options), Hang()],
    "retry": lambda options: [*_half(options), Retry(pause=options.pause), *_whole(options)],
    "error500": _error,
    "error-mid": lambda options: [*_half(options), *_error(options)],
    "disconnect": lambda options: [*_half(options), Disconnect(), *_whole(options)],
    "restart": lambda options: [*_half(options), Restart()],
}
