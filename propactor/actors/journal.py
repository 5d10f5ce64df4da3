"""What a generation has said, and places in it: late, second, slow and returning readers are one thing."""

import asyncio
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from propactor.core.entries import Entry, continues, join_text, kind_of
from propactor.core.errors import CursorExpired, InvalidRequest

_PREVIEWS = frozenset({"thinking", "progress"})
_TEXT = "text_delta"
NO_TIME = 0
"""Stands for the time of an entry that no upstream has dated."""


class Journal:
    """The last entries of a generation, bounded in number and bytes; the writer never waits.

    An entry is kept as the bytes that readers get: its number follows from its place, its time and kind are
    in the bytes. Beside them stands when the upstream said it (milliseconds since the epoch), for measuring.
    So an entry costs 50 bytes more than it is long.

    Args:
        max_events: How many entries are kept.
        max_bytes: How many bytes of them. The newest entry stays, whatever its size.
    """

    __slots__ = (
        "_bytes",
        "_frames",
        "_max_bytes",
        "_max_events",
        "_subscriptions",
        "_times",
        "closed",
        "first",
    )

    def __init__(self, *, max_events: int, max_bytes: int) -> None:
        self.first = 1
        self.closed = False
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._frames: list[bytes] = []
        self._times = array("q")
        self._bytes = 0
        self._subscriptions: set[Subscription] = set()

    @property
    def head(self) -> int:
        """Return the number of the newest entry, 0 before the first."""
        return self.first + len(self._frames) - 1

    @property
    def size(self) -> int:
        """Return the bytes held."""
        return self._bytes

    @property
    def readers(self) -> int:
        """Return how many subscriptions are open."""
        return len(self._subscriptions)

    def append(self, entries: Sequence[Entry]) -> None:
        """Add entries, and give them to whoever waits for them."""
        for _, _, _, _, at, data in entries:
            self._frames.append(data)
            self._times.append(at or NO_TIME)
            self._bytes += len(data)
        if len(self._frames) > self._max_events or self._bytes > self._max_bytes:
            self._forget()
        for subscription in self._subscriptions:
            subscription.notify(entries)

    def _forget(self) -> None:
        """Drop the oldest tenth, and more while it is too large; the newest entry always stays."""
        drop, kept = max(len(self._frames) // 10, len(self._frames) - self._max_events), self._bytes
        kept -= sum(map(len, self._frames[:drop]))
        while kept > self._max_bytes and drop < len(self._frames) - 1:
            kept -= len(self._frames[drop])
            drop += 1
        del self._frames[:drop], self._times[:drop]
        self.first += drop
        self._bytes = kept

    def close(self) -> None:
        """Say that nothing will follow."""
        self.closed = True
        for subscription in self._subscriptions:
            subscription.wake()

    def after(self, position: int) -> "Frames":
        """Return the entries that follow a place.

        Raises:
            CursorExpired: some of them are no longer kept.
        """
        if position + 1 < self.first:
            raise CursorExpired(f"events {position + 1} to {self.first - 1} are no longer kept")
        start = position + 1 - self.first
        return Frames(self._frames[start:], self._times[start:])

    def subscribe(self, after: int = 0) -> "Subscription":
        """Open a reader's place, behind entry ``after``.

        Raises:
            CursorExpired: the entries that follow are no longer kept.
            InvalidRequest: this generation has had no such event.
        """
        if after > self.head:
            raise InvalidRequest(f"this generation has had {self.head} events, not {after}")
        self.after(after)
        subscription = Subscription(self, after)
        self._subscriptions.add(subscription)
        return subscription

    def remove(self, subscription: "Subscription") -> None:
        """Close a reader's place; the others don't notice."""
        self._subscriptions.discard(subscription)


class Frames(NamedTuple):
    """Neighbouring entries as readers get them, and when the upstream said each, as `Journal` keeps it."""

    data: list[bytes]
    times: Sequence[int]


class Subscription:
    """One reader's place in a journal; ``position`` is the number of the last entry taken.

    A reader that had caught up, and then falls ``max_lag`` entries or ``max_lag_bytes`` behind, gets text in
    fewer, larger pieces and no previews.

    Args:
        journal: What is read.
        after: The place to begin behind.
        max_lag: Entries a reader may be behind.
        max_lag_bytes: Bytes of them.
    """

    __slots__ = (
        *("_journal", "_max_lag", "_max_lag_bytes", "_waiter", "caught_up", "dropped", "position"),
        "write_through",
    )

    def __init__(
        self, journal: Journal, after: int, *, max_lag: int = 256, max_lag_bytes: int = 2**18
    ) -> None:
        self.position = after
        self.dropped: Counter[str] = Counter()
        self.caught_up = False
        self.write_through: Callable[[Sequence[Entry]], bool] | None = None
        """Is offered new entries while ``wait`` waits, and returns True if it took them."""
        self._journal = journal
        self._max_lag = max_lag
        self._max_lag_bytes = max_lag_bytes
        self._waiter: asyncio.Future[None] | None = None

    @property
    def at_end(self) -> bool:
        """Return True if everything has been read that will ever be there."""
        return self._journal.closed and self.position >= self._journal.head

    def notify(self, entries: Sequence[Entry]) -> None:
        """Take entries that were just added: at once if somebody waits for them, else when somebody looks."""
        if self._waiter is not None and self.write_through is not None and self.write_through(entries):
            self.position = entries[-1].seq
        else:
            self.wake()

    def wake(self) -> None:
        """Let ``wait`` return."""
        waiter = self._waiter
        if waiter is not None:
            self._waiter = None
            if not waiter.done():
                waiter.set_result(None)

    async def wait(self) -> None:
        """Wait until there is something to take, or nothing more to come, or somebody calls ``wake``."""
        if self.position >= self._journal.head and not self._journal.closed:
            self.caught_up = True
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter

    def skip(self) -> None:
        """Go to the end of what is there without reading it."""
        self.position = self._journal.head

    def take(self) -> Frames:
        """Take what follows; nothing when nothing does.

        Raises:
            CursorExpired: this reader has fallen out of the journal.
        """
        frames = self._journal.after(self.position)
        self.position += len(frames.data)
        return self._thin(frames) if self.caught_up and self._lags(frames) else frames

    def _lags(self, frames: Frames) -> bool:
        return len(frames.data) > self._max_lag or sum(map(len, frames.data)) > self._max_lag_bytes

    def _thin(self, frames: Frames) -> Frames:
        """Leave out previews and join text; the number of a joined entry is that of its last piece."""
        groups: list[list[bytes]] = []
        times: list[int] = []
        text_open = False
        for frame, time in zip(*frames, strict=True):
            kind = kind_of(frame)
            if kind in _PREVIEWS:
                self.dropped[kind] += 1
                continue
            if kind == _TEXT and text_open and continues(groups[-1][-1], frame):
                groups[-1].append(frame)
                continue
            groups.append([frame])
            times.append(time)
            text_open = kind == _TEXT
        return Frames([join_text(group) if len(group) > 1 else group[0] for group in groups], times)

    def unsubscribe(self) -> None:
        """Close this place."""
        self._journal.remove(self)
