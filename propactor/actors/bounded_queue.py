"""Messages in order, bounded in number and bytes: what may be lost gives way to what may not."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Policy(Generic[M]):
    """What a mailbox has to know of its messages; it knows nothing else of them.

    Args:
        may_wait: Whether a message may stay queued until the window ends.
        joined: Return messages with neighbours joined where nothing is lost by it.
        from_text: Make a message of text that was collected in a `TextWindow`.
        droppable: Whether a message may be lost where there is no room.
        weight: The bytes a message takes.
    """

    may_wait: Callable[[M], bool]
    joined: Callable[[Iterable[M]], Iterable[M]]
    from_text: Callable[[Any], M]
    droppable: Callable[[M], bool]
    weight: Callable[[M], int]


class BoundedQueue(list[M], Generic[M]):
    """Messages in order, bounded in number and bytes.

    Neighbours that may be joined come out as one. Over a bound, previews are dropped, the oldest first, and
    counted. Facts are kept even then: text, tools, endings. An eighth more room is made than is needed, or a
    full queue would search itself at every message. What was taken counts until the queue is empty or is
    searched: to weigh each message once is cheaper.
    """

    __slots__ = (
        *("_bytes", "_full", "_full_bytes", "_max", "_max_bytes", "_policy", "_unjoined"),
        *("dropped", "joined"),
    )

    def __init__(self, policy: Policy[M], max_messages: int, max_bytes: int) -> None:
        self.dropped: Counter[type] = Counter()
        self.joined = 0
        self._policy = policy
        self._max = self._full = max_messages
        self._max_bytes = self._full_bytes = max_bytes
        self._bytes = 0
        self._unjoined = False

    def append(self, message: M) -> None:
        """Add a message, and make room if there is too much."""
        super().append(message)
        self._bytes += self._policy.weight(message)
        if len(self) > 1:
            self._unjoined = True
        if self._bytes > self._full_bytes or len(self) > self._full:
            self._make_room()

    def popleft(self) -> M:
        """Take the oldest message, with what continues it."""
        if self._unjoined:
            self._join()
        message = self.pop(0)
        if not self:
            self._bytes = 0
            self._full, self._full_bytes = self._max, self._max_bytes
        return message

    def keep(self, kind: type) -> None:
        """Forget everything but messages of a kind."""
        self._refill(message for message in self if isinstance(message, kind))

    def _join(self) -> None:
        """Join neighbours, and count the messages that became part of another."""
        before = len(self)
        self._refill(self._policy.joined(self))
        self.joined += before - len(self)
        self._unjoined = False

    def _make_room(self) -> None:
        self._join()
        if self._bytes <= self._full_bytes and len(self) <= self._full:
            return
        spare, spare_bytes = self._max // 8, self._max_bytes // 8
        self._refill(self._without_previews(self._max - spare, self._max_bytes - spare_bytes))
        self._full = max(self._max, len(self) + spare)
        self._full_bytes = max(self._max_bytes, self._bytes + spare_bytes)

    def _without_previews(self, most: int, most_bytes: int) -> list[M]:
        """Return the messages without as many of the oldest previews as it takes to get under a size."""
        kept: list[M] = []
        surplus, surplus_bytes = len(self) - most, self._bytes - most_bytes
        for message in self:
            if (surplus > 0 or surplus_bytes > 0) and self._policy.droppable(message):
                surplus, surplus_bytes = surplus - 1, surplus_bytes - self._policy.weight(message)
                self.dropped[type(message)] += 1
            else:
                kept.append(message)
        return kept

    def _refill(self, messages: Iterable[M]) -> None:
        self[:] = messages
        self._bytes = sum(map(self._policy.weight, self))
