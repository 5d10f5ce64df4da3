"""What has been emitted of a run, from either source: so live events and stored messages don't repeat it."""

from propactor.adapters.openclaw.protocol.text_merge import TextMerger
from propactor.adapters.openclaw.protocol.thinking import Thoughts
from propactor.core.events import Event, ToolCall, ToolResult


class Ledger:
    """The messages, thoughts and tools that were emitted, and how often the model was asked again.

    Args:
        closely: True if each event shall be told as it came, for people who debug.
    """

    __slots__ = ("_calls", "_results", "messages", "retries", "thoughts")

    def __init__(self, *, closely: bool = False) -> None:
        self.messages = TextMerger(closely=closely)
        self.thoughts = Thoughts()
        self.retries = 0
        self._calls: set[str] = set()
        self._results: set[str] = set()

    def tells(self, event: Event) -> bool:
        """Note that a tool is used or came back; return False if that was emitted before."""
        if isinstance(event, ToolCall):
            return _note(self._calls, event.tool_call_id)
        return not isinstance(event, ToolResult) or _note(self._results, event.tool_call_id)

    def break_off(self) -> None:
        """Note that from here on live events may be missing: what is stored knows better."""
        self.messages.break_off()


def _note(known: set[str], call_id: str) -> bool:
    """Enter an id; return False if it was there. A tool without an id is new each time."""
    if call_id and call_id in known:
        return False
    known.add(call_id)
    return True
