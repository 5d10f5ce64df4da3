"""What the fake model saw, with times: readable from any thread while it runs."""

import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.rig.scenarios import Order

Kind = Literal["request", "streaming", "end", "client-gone"]
LENGTH = 10_000
"""More entries than any test makes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened in one call; ``at`` is monotonic time."""

    kind: Kind
    order: Order
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    at: float = field(default_factory=time.monotonic)


class Log:
    """Keeps entries and wakes whoever waits for one."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=LENGTH)
        self._changed = threading.Condition()

    def add(self, kind: Kind, order: Order, body: Mapping[str, Any] | None = None) -> None:
        """Append an entry."""
        with self._changed:
            self._entries.append(Entry(kind, order, body or {}))
            self._changed.notify_all()

    def find(self, kind: Kind, tag: str) -> list[Entry]:
        """Return the entries of this kind whose prompt carries this tag, oldest first."""
        with self._changed:
            return self._find(kind, tag)

    def wait(self, kind: Kind, tag: str, *, count: int = 1, within: float = 10) -> list[Entry]:
        """Wait until there are that many such entries, and return them.

        Raises:
            TimeoutError: there were fewer when the time was up; the message lists what there was.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._find(kind, tag)) >= count, timeout=within):
                seen = [entry.kind for entry in self._entries if entry.order.tag == tag]
                raise TimeoutError(f"no {count} × {kind} within {within:g} s; the model saw {seen}")
            return self._find(kind, tag)

    def _find(self, kind: Kind, tag: str) -> list[Entry]:
        return [entry for entry in self._entries if entry.kind == kind and entry.order.tag == tag]
