"""A bounded queue that can be closed, and that loses nothing but previews when it is full."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from propactor.core.events import TextDelta
from propactor.core.joining import Delta, droppable, join, joinable, weight

M = TypeVar("M")


class Mailbox(Generic[M]):
    """Keeps messages in order for one receiver, which ``listen``s: it is called, once, when it should take.

    Over ``capacity`` messages or ``max_bytes`` it joins neighbouring deltas, then drops previews,
    oldest first, and counts them. Facts are kept even then: text, tools, endings. It makes more room
    than it needs, an eighth, so that a full mailbox doesn't do this at every message. What is taken counts
    until the mailbox is empty or is made room in: weighing once is cheaper.

    A receiver may say that text can wait, for it is going to look by itself: what comes until then is put
    aside, and joined when somebody looks. ``joined`` counts the pieces that became part of the one before.
    """

    def __init__(self, capacity: int = 1024, max_bytes: int = 4 * 2**20) -> None:
        self.dropped: Counter[type] = Counter()
        self._capacity = self._most = capacity
        self._most_bytes = max_bytes
        self._max_bytes = max_bytes
        self._messages: deque[M] = deque()
        self._bytes = 0
        self._closed = False
        self._notify: Callable[[], object] | None = None
        self._notified = False
        self._may_wait: Callable[[], bool] = _never
        self.joined = 0
        self._aside: list[M] = []

    def __len__(self) -> int:
        return len(self._messages) + len(self._aside)

    @property
    def closed(self) -> bool:
        """Tell whether the mailbox takes no more messages."""
        return self._closed

    def listen(self, notify: Callable[[], object], may_wait: Callable[[], bool] | None = None) -> None:
        """Call ``notify`` when there is something to take, or the mailbox closes; it must not wait.

        ``may_wait`` is asked when text comes and nothing else is there; if it says yes, nobody is called.
        """
        self._notify, self._may_wait = notify, may_wait or _never
        if self._messages or self._closed:
            self._ring()

    def unlisten(self) -> None:
        """Call nobody any more, and hold nobody."""
        self._notify, self._may_wait = None, _never

    def put(self, message: M) -> None:
        """Add a message; a closed mailbox forgets it."""
        if self._closed:
            return
        aside = self._aside
        if type(message) is TextDelta and (aside or self._idle()):
            aside.append(message)
            if len(aside) > self._capacity:
                self._settle()
            return
        if aside:
            self._settle()
        self._add(message)
        if not self._notified:
            self._ring()

    def _idle(self) -> bool:
        """Tell whether nothing is there, and the receiver lets text wait."""
        return not self._messages and not self._notified and self._may_wait()

    def _add(self, message: M) -> None:
        self._messages.append(message)
        self._bytes += weight(message)
        if self._bytes > self._most_bytes or len(self._messages) > self._most:
            self._make_room()

    def _settle(self) -> None:
        """Bring in what was put aside."""
        aside, self._aside = self._aside, []
        for message in aside if len(aside) == 1 else self._join(aside):
            self._add(message)

    def _ring(self) -> None:
        if self._notify is not None:
            self._notified = True
            self._notify()

    def take(self) -> M | None:
        """Take the oldest message; None when there is none, and then the next one rings again."""
        if self._aside:
            if len(self._aside) == 1 and not self._messages:
                return self._aside.pop()
            self._settle()
        if self._messages:
            return self._messages.popleft()
        self._notified = False
        self._bytes = 0
        self._most, self._most_bytes = self._capacity, self._max_bytes
        return None

    def close(self) -> None:
        """Take no more messages. What is there can still be taken."""
        self._closed = True
        if not self._notified:
            self._ring()

    def keep(self, kind: type) -> None:
        """Forget everything but messages of this kind."""
        self._settle()
        self._refill(deque(m for m in self._messages if isinstance(m, kind)))

    def _make_room(self) -> None:
        self._refill(self._messages)
        if self._bytes <= self._most_bytes and len(self._messages) <= self._most:
            return
        self._refill(deque(self._join(self._messages)))
        spare, spare_bytes = self._capacity // 8, self._max_bytes // 8
        self._refill(self._without_previews(self._capacity - spare, self._max_bytes - spare_bytes))
        self._most = max(self._capacity, len(self._messages) + spare)
        self._most_bytes = max(self._max_bytes, self._bytes + spare_bytes)

    def _without_previews(self, most: int, most_bytes: int) -> deque[M]:
        """Return the messages without as many of the oldest previews as it takes to get under a size."""
        kept: deque[M] = deque()
        surplus, surplus_bytes = len(self._messages) - most, self._bytes - most_bytes
        for message in self._messages:
            if (surplus > 0 or surplus_bytes > 0) and droppable(message):
                surplus, surplus_bytes = surplus - 1, surplus_bytes - weight(message)
                self.dropped[type(message)] += 1
            else:
                kept.append(message)
        return kept

    def _refill(self, messages: deque[M]) -> None:
        self._messages = messages
        self._bytes = sum(map(weight, messages))

    def _join(self, messages: Iterable[M]) -> Iterator[M]:
        """Join all neighbours that may be joined."""
        group: list[M] = []
        for message in messages:
            if group and not joinable(group[-1], message):
                yield self._one(group)
                group = []
            group.append(message)
        if group:
            yield self._one(group)

    def _one(self, group: list[M]) -> M:
        if len(group) == 1:
            return group[0]
        self.joined += len(group) - 1
        deltas: list[Delta] = [m for m in group if isinstance(m, Delta)]
        return join(deltas)  # type: ignore[return-value]  # joinable messages are deltas, and so is what they make


def _never() -> bool:
    return False
