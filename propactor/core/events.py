"""What a reader can be told: one frozen class an event, named alike from Python to the wire."""

import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

from propactor.core.prop import part

Source = Literal["gateway", "transcript", "model", "template"]
Method = Literal["ai", "template"]


@dataclass(frozen=True, slots=True)
class Started:
    """The generation exists; nothing has been asked of an upstream yet. Always the first event."""

    job_id: str
    events_url: str
    state_url: str
    resume_until: int
    session_key: str | None = None


@dataclass(frozen=True, slots=True)
class Thinking:
    """A piece of the model's thoughts; pieces with the same ``blockId`` belong together, in order."""

    message: str
    block_id: str = "1"
    source: Source | None = None
    raw: object = None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model uses a tool. The preview of its input is short and redacted."""

    tool_name: str
    tool_call_id: str
    status: Literal["started"] = "started"
    input_preview: str | None = None
    source: Source | None = None
    raw: object = None


@dataclass(frozen=True, slots=True)
class ToolResult:
    """A tool came back, ``ok`` or with an ``error``. The preview of its output is short and redacted."""

    tool_name: str
    tool_call_id: str
    status: Literal["ok", "error"] = "ok"
    output_preview: str | None = None
    source: Source | None = None
    raw: object = None


class TextDelta(NamedTuple):  # thousands a second: a tuple is made in a quarter of a frozen dataclass's time
    """The next piece of the model's text: joined, the pieces are the text, exactly.

    The messages of one run are separated by a blank line. With ``replace`` the text starts over.
    ``accumulatedChars`` counts Unicode code points.
    """

    delta: str
    accumulated_chars: int = 0
    replace: bool | None = None
    source: Source | None = None
    at: int | None = None  # when the upstream said it, in milliseconds since the epoch; never sent
    raw: object = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the prop whose text is complete and valid, while the model still writes.

    ``index`` is its place in the list. With ``superseded`` it replaces what was sent under this
    index before; ``part`` is then null when nothing takes its place.
    """

    index: int
    part: part.Part | None
    superseded: bool | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """A milestone or a notice; ``phase`` says which. Only the fields that fit the phase are there."""

    phase: str
    percent: int | None = None
    position: int | None = None
    silent_ms: int | None = None
    limit_ms: int | None = None
    limit: int | None = None
    dropped: int | None = None
    reason: str | None = None
    message: str | None = None
    source: Source | None = None
    raw: object = None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What a person should know about the model's output; ``index`` is the part's, if it is about one."""

    code: str
    message: str
    index: int | None = None


@dataclass(frozen=True, slots=True)
class FallbackReason:
    """Why the template had to step in."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Result:
    """The finished prop. ``method`` says honestly whether a model made it."""

    name: str
    filename: str
    code: str
    parts: tuple[part.Part, ...]
    method: Method
    diagnostics: tuple[Diagnostic, ...] = ()
    fallback_reason: FallbackReason | None = None


@dataclass(frozen=True, slots=True)
class Error:
    """The generation failed. ``done`` follows."""

    code: str
    message: str
    recoverable: bool
    retry_after_ms: int | None = None
    phase: str | None = None


@dataclass(frozen=True, slots=True)
class Stats:
    """What the stream was made of."""

    events: int
    coalesced_deltas: int
    dropped_previews: int
    gaps: int
    text_chars: int
    parts: int
    upstream_switches: int


@dataclass(frozen=True, slots=True)
class Done:
    """The end of the stream, always and once. ``upstreamCancel`` says whether a stop was confirmed."""

    ok: bool
    duration_ms: int
    stats: Stats
    upstream_cancel: Literal["confirmed", "unconfirmed"] | None = None


Event = Started | Thinking | ToolCall | ToolResult | TextDelta | Part | Progress | Result | Error | Done
CLASSES: tuple[type[Event], ...] = (
    Started, Thinking, ToolCall, ToolResult, TextDelta, Part, Progress, Result, Error, Done,
)  # fmt: skip


def snake(name: str) -> str:
    """Turn ``ToolCall`` into ``tool_call``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def camel(name: str) -> str:
    """Turn ``tool_call_id`` into ``toolCallId``."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


KINDS: dict[type[Event], str] = {cls: snake(cls.__name__) for cls in CLASSES}
FIELDS: dict[type, tuple[tuple[str, str], ...]] = {
    cls: tuple((name, camel(name)) for name in cls.__match_args__)
    for cls in (*CLASSES, Diagnostic, FallbackReason, Stats)
}
