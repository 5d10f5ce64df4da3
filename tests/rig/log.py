"""What the fake model saw, with times: readable from any thread while it runs."""

import re
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from propactor.testing.model import Progress
from propactor.testing.model.prompts import newest_prompt

LENGTH = 10_000
"""More entries than any test makes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened to one answer; ``at`` is monotonic time."""

    kind: Progress
    tag: str
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    at: float = field(default_factory=time.monotonic)


class Log:
    """Keeps entries and wakes whoever waits for one."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=LENGTH)
        self._changed = threading.Condition()

    def add(self, kind: Progress, body: Mapping[str, Any]) -> None:
        """Append an entry about the answer to a request with this body."""
        tag = re.search(r"#tag=(\w+)", newest_prompt(body).text)
        with self._changed:
            self._entries.append(Entry(kind, tag[1] if tag else "", body))
            self._changed.notify_all()

    def find(self, kind: Progress, tag: str) -> list[Entry]:
        """Return the entries of this kind whose prompt carries this tag, oldest first."""
        with self._changed:
            return self._find(kind, tag)

    def wait(self, kind: Progress, tag: str, *, count: int = 1, within: float = 10) -> list[Entry]:
        """Wait until there are that many such entries, and return them.

        Raises:
            TimeoutError: there were fewer when the time was up; the message lists what there was.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._find(kind, tag)) >= count, timeout=within):
                seen = [entry.kind for entry in self._entries if entry.tag == tag]
                raise TimeoutError(f"no {count} × {kind} within {within:g} s; the model saw {seen}")
            return self._find(kind, tag)

    def _find(self, kind: Progress, tag: str) -> list[Entry]:
        return [entry for entry in self._entries if entry.kind == kind and entry.tag == tag]
