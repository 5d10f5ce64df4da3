"""The steps of a script: what the model behind a fake gateway does, or a fake model itself.

Time is in seconds; a ``rate`` is in pieces a second, a piece being a few letters. ``Tell``, ``Retry``,
``Restart``, ``Accept``, ``Ignore`` and ``Refuse`` are a gateway's: a fake model passes over them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What all steps have: ``at``, seconds from the start of the run before which they don't happen."""

    at: float | None = None


@dataclass(frozen=True, slots=True)
class Think(Step):
    """The model thinks. With ``rate`` so many pieces a second, else at once. Protocol 3 never shows it."""

    text: str
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class Say(Step):
    """The model writes. With ``rate`` so many pieces a second, else at once."""

    text: str
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class UseTool(Step):
    """The model uses a tool, which takes its time and answers; what follows is a new message."""

    name: str
    args: Mapping[str, object] = field(default_factory=dict)
    result: str = ""
    failed: bool = False
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Wait(Step):
    """Nothing happens for a while."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Tell(Step):
    """An event of any other stream, as it is."""

    stream: str
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Retry(Step):
    """The model fails; after a pause the gateway tries again, and what was said is void."""

    message: str = "HTTP 500: the fake model is unwell"
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Fail(Step):
    """The model fails so many times that the gateway gives up."""

    message: str = "HTTP 500: the fake model is unwell"
    attempts: int = 1
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Hang(Step):
    """Nothing happens any more."""


@dataclass(frozen=True, slots=True)
class Disconnect(Step):
    """The connection that asked is cut, without a word. A gateway's run goes on, a model's answer is over."""


@dataclass(frozen=True, slots=True)
class Restart(Step):
    """The gateway restarts: everybody is sent away, every run is lost."""


@dataclass(frozen=True, slots=True)
class Accept(Step):
    """As the first step: the run is accepted late."""

    after: float = 0.0


@dataclass(frozen=True, slots=True)
class Ignore(Step):
    """As the first step: the request is never answered."""


@dataclass(frozen=True, slots=True)
class Refuse(Step):
    """As the first step: the request is refused."""

    code: str = "UNAVAILABLE"
    message: str = "the fake gateway refuses"


@lru_cache(maxsize=256)
def pieces(text: str) -> tuple[str, ...]:
    """Cut a text as models do: a few letters at a time, blanks with the word that follows.

    Blanks at the very end are left out.
    """
    return tuple(re.findall(r"\s*\S{1,6}", text))
