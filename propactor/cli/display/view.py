"""The state of a generation for displays, folded from the events of its stream."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from propactor.cli.display.terminal import clean

Data = Mapping[str, Any]


@dataclass
class Tool:
    """One use of a tool: its name, previews of its input and output, and whether it still runs."""

    name: str
    wanted: str
    status: str = "running"
    got: str = ""


@dataclass
class GenerationView:
    """One generation as its stream has told it so far.

    Args:
        asked_at: When it was asked for. This and all other times are a monotonic clock's, in seconds.
    """

    asked_at: float
    status: str = "connecting"
    request_id: str | None = None
    thoughts: dict[str, str] = field(default_factory=dict)
    tools: dict[str, Tool] = field(default_factory=dict)
    text: str = ""
    parts: dict[int, Data] = field(default_factory=dict)
    result: Data | None = None
    error: Data | None = None
    done: Data | None = None
    first_at: float | None = None
    ended_at: float | None = None

    def take(self, kind: str, data: Data, now: float) -> None:
        """Take an event; events that only a later version knows are skipped.

        Args:
            kind: The event's name.
            data: What it carries.
            now: The time, in seconds.
        """
        handler = _HANDLERS.get(kind)
        if handler is None:
            return
        if kind in _WORDS and self.first_at is None:
            self.first_at = now
        handler(self, data)
        if kind == "done":
            self.ended_at = now

    def shapes(self) -> str:
        """Count the parts by their geometry, such as ``3 box, 1 cone``."""
        parts = (self.result or {}).get("parts") or self.parts.values()
        return ", ".join(
            f"{n} {kind}" for kind, n in Counter(str(part.get("type")) for part in parts).items()
        )

    def seconds(self, until: float | None) -> float:
        """Return the seconds from the request to a moment."""
        return max(0.0, (until or self.asked_at) - self.asked_at)

    def _started(self, data: Data) -> None:
        self.request_id = str(data.get("requestId"))
        self.status = "asking"

    def _thinking(self, data: Data) -> None:
        block = str(data.get("blockId", "1"))
        self.thoughts[block] = self.thoughts.get(block, "") + clean(data.get("message"))
        self.status = "thinking"

    def _tool_call(self, data: Data) -> None:
        tool = Tool(clean(data.get("toolName")), clean(data.get("inputPreview")))
        self.tools[str(data.get("toolCallId"))] = tool
        self.status = f"using {tool.name}"

    def _tool_result(self, data: Data) -> None:
        name = clean(data.get("toolName"))
        tool = self.tools.setdefault(str(data.get("toolCallId")), Tool(name, ""))
        tool.status, tool.got = str(data.get("status")), clean(data.get("outputPreview"))

    def _text_delta(self, data: Data) -> None:
        delta = clean(data.get("delta"))
        self.text = delta if data.get("replace") else self.text + delta
        self.status = "writing"

    def _part(self, data: Data) -> None:
        index, part = int(data.get("index", -1)), data.get("part")
        if isinstance(part, Mapping):
            self.parts[index] = part
        else:
            self.parts.pop(index, None)

    def _progress(self, data: Data) -> None:
        self.status = notice(data)

    def _result(self, data: Data) -> None:
        self.result = data

    def _error(self, data: Data) -> None:
        self.error = data

    def _done(self, data: Data) -> None:
        self.done = data


_WORDS = frozenset({"thinking", "tool_call", "text_delta", "part"})
_HANDLERS = {
    "started": GenerationView._started,
    "thinking": GenerationView._thinking,
    "tool_call": GenerationView._tool_call,
    "tool_result": GenerationView._tool_result,
    "text_delta": GenerationView._text_delta,
    "part": GenerationView._part,
    "progress": GenerationView._progress,
    "result": GenerationView._result,
    "error": GenerationView._error,
    "done": GenerationView._done,
}
_PHASES = {
    "queued": "waiting for its turn",
    "accepted": "accepted",
    "streaming": "under way",
    "parsing_output": "reading the answer",
    "fallback": "the template steps in",
    "stalled": "silence",
    "degraded": "not everything will be seen",
    "retrying": "the model is asked again",
    "gap": "something was missed",
    "slow_reader": "we read too slowly",
    "capped": "the text is too long, the rest is left out",
}


def notice(data: Data) -> str:
    """Put a `progress` event in words."""
    phase = str(data.get("phase"))
    said = _PHASES.get(phase, clean(phase))
    if phase == "stalled":
        return f"{said} for {data.get('silentMs', 0) / 1000:.0f} s"
    why = clean(data.get("message") or data.get("reason"))
    return f"{said}: {why}" if why else said
