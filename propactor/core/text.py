"""The model's text on its way to readers: pieces are collected, joined, and bounded."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from propactor.core.events import Progress, TextDelta, Thinking

Delta = TextDelta | Thinking
T = TypeVar("T")
FEW = 64
"""How many pieces of a text are held one by one; each takes some 50 bytes beside its letters."""


class StringBuilder(list[str]):
    """A text in pieces, to which more are appended; it is to be ``fold``ed when there are more than ``FEW``.

    The first part of the text is held as UTF-8. As a string, one emoji would make every letter around it
    take four bytes, and to join all of it anew copies each letter again and again.
    """

    __slots__ = ("_folded",)

    def __init__(self) -> None:
        self._folded = bytearray()

    @property
    def text(self) -> str:
        """Return everything that was appended."""
        return self._folded.decode("utf-8", "surrogatepass") + "".join(self)

    def fold(self) -> str:
        """Make the pieces part of what is held as UTF-8, and return them joined."""
        text = "".join(self)
        self._folded += text.encode("utf-8", "surrogatepass")
        self.clear()
        return text

    def replace(self, text: str) -> None:
        """Hold another text instead."""
        self[:] = [text]
        self._folded.clear()


def joinable(first: object, second: object) -> bool:
    """Return True if ``second`` continues ``first``: same kind, same source, same thought.

    Deltas that carry raw payloads stay apart: a person who debugs wants each as it came.
    """
    if type(first) is TextDelta and type(second) is TextDelta:
        continues = not second.replace
    elif isinstance(first, Thinking) and isinstance(second, Thinking):
        continues = first.block_id == second.block_id
    else:
        return False
    return continues and first.source == second.source and first.raw is None and second.raw is None


def join(deltas: Sequence[Delta]) -> Delta:
    """Make one delta of several joinable ones; its time is that of the first."""
    first, last = deltas[0], deltas[-1]
    if len(deltas) == 1:
        return first
    if isinstance(first, TextDelta) and isinstance(last, TextDelta):
        text = "".join([delta.delta for delta in deltas if isinstance(delta, TextDelta)])
        return TextDelta(text, last.accumulated_chars, first.replace, first.source, first.at)
    assert isinstance(first, Thinking)
    message = "".join([delta.message for delta in deltas if isinstance(delta, Thinking)])
    return Thinking(message, first.block_id, first.source)


def joined(events: Iterable[T]) -> Iterator[T]:
    """Yield the events with joinable neighbours joined."""
    group: list[T] = []
    for event in events:
        if group and not joinable(group[-1], event):
            yield _one(group)
            group = []
        group.append(event)
    if group:
        yield _one(group)


def _one(group: Sequence[T]) -> T:
    if len(group) == 1:
        return group[0]
    deltas = [event for event in group if isinstance(event, Delta)]
    return join(deltas)  # type: ignore[return-value]  # joinable events are deltas, and so is what they make


def may_wait(event: object) -> bool:
    """Return True if an event may stay queued until the window ends: a delta that could be joined."""
    return isinstance(event, Delta) and event.raw is None


def droppable(event: object) -> bool:
    """Return True if an event is a preview: nice to see, no fact lost without it."""
    return isinstance(event, Thinking | Progress)


def weight(event: object) -> int:
    """Estimate the memory an event holds, in bytes."""
    if isinstance(event, TextDelta):
        return 64 + _bytes(event.delta)
    if isinstance(event, Thinking):
        return 64 + _bytes(event.message)
    return 512


def _bytes(text: str) -> int:
    """Return the most a text can take, in memory or in UTF-8: four bytes a character, one in ASCII."""
    return len(text) if text.isascii() else 4 * len(text)
