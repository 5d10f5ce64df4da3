"""What a generation has said, and places in it: late, second, slow and returning readers are one thing."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

from propactor.core.errors import CursorExpired, InvalidRequest
from propactor.core.joining import Delta, droppable, join, joinable
from propactor.core.sse import Entry, encode


class Journal:
    """The last entries of a generation, bounded in number and bytes; the writer never waits."""

    def __init__(self, request_id: str, *, max_entries: int = 4096, max_bytes: int = 4 * 2**20) -> None:
        self.request_id = request_id
        self.first = 1
        self.closed = False
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._entries: list[Entry] = []
        self._bytes = 0
        self._subscriptions: set[Subscription] = set()

    @property
    def head(self) -> int:
        """Return the number of the newest entry, 0 before the first."""
        return self.first + len(self._entries) - 1

    @property
    def last_entry(self) -> Entry | None:
        """Return the newest entry."""
        return self._entries[-1] if self._entries else None

    @property
    def size(self) -> int:
        """Return the bytes held."""
        return self._bytes

    @property
    def readers(self) -> int:
        """Return how many subscriptions are open."""
        return len(self._subscriptions)

    def append(self, entries: Sequence[Entry]) -> None:
        """Add entries and wake whoever waits for them."""
        self._entries.extend(entries)
        for entry in entries:
            self._bytes += len(entry.data)
        if len(self._entries) > self._max_entries or self._bytes > self._max_bytes:
            self._forget()
        for subscription in self._subscriptions:
            subscription.notify(entries)

    def _forget(self) -> None:
        """Drop the oldest tenth, and more while it is too large; the newest entry always stays."""
        drop, kept = max(len(self._entries) // 10, len(self._entries) - self._max_entries), self._bytes
        kept -= sum(len(entry.data) for entry in self._entries[:drop])
        while kept > self._max_bytes and drop < len(self._entries) - 1:
            kept -= len(self._entries[drop].data)
            drop += 1
        del self._entries[:drop]
        self.first += drop
        self._bytes = kept

    def close(self) -> None:
        """Say that nothing will follow."""
        self.closed = True
        for subscription in self._subscriptions:
            subscription.wake()

    def after(self, position: int) -> list[Entry]:
        """Return the entries that follow a place.

        Raises:
            CursorExpired: some of them are no longer kept.
        """
        if position + 1 < self.first:
            raise CursorExpired(f"events {position + 1} to {self.first - 1} are no longer kept")
        return self._entries[position + 1 - self.first :]

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


class Subscription:
    """One reader's place in a journal.

    A reader that had caught up and then falls ``max_lag`` entries or ``max_lag_bytes`` behind gets text
    in fewer, larger pieces and no previews. ``position`` is the last entry taken. ``write_through`` is
    offered new entries before ``wait`` returns, and says whether it took them.
    """

    def __init__(
        self, journal: Journal, after: int, *, max_lag: int = 256, max_lag_bytes: int = 2**18
    ) -> None:
        self.position = after
        self.dropped: Counter[str] = Counter()
        self._journal = journal
        self._max_lag = max_lag
        self._max_lag_bytes = max_lag_bytes
        self.caught_up = False
        self._waiter: asyncio.Future[None] | None = None
        self.write_through: Callable[[Sequence[Entry]], bool] | None = None

    @property
    def at_end(self) -> bool:
        """Tell whether everything has been read that will ever be there."""
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

    def take(self) -> Sequence[Entry]:
        """Take what follows; nothing when nothing does.

        Raises:
            CursorExpired: this reader has fallen out of the journal.
        """
        entries = self._journal.after(self.position)
        if entries:
            self.position = entries[-1].seq
        if self.caught_up and self._lags(entries):
            return self._thin(entries)
        return entries

    def _lags(self, entries: Sequence[Entry]) -> bool:
        return len(entries) > self._max_lag or sum(len(e.data) for e in entries) > self._max_lag_bytes

    def _thin(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Leave out previews and join text; the number of a joined entry is that of its last piece."""
        kept: list[list[Entry]] = []
        for entry in entries:
            if droppable(entry.event):
                self.dropped[entry.kind] += 1
            elif kept and joinable(kept[-1][-1].event, entry.event):
                kept[-1].append(entry)
            else:
                kept.append([entry])
        return [self._join(group) for group in kept]

    def _join(self, group: list[Entry]) -> Entry:
        if len(group) == 1:
            return group[0]
        last = group[-1]
        pieces: list[Delta] = [e.event for e in group if isinstance(e.event, Delta)]
        return encode(self._journal.request_id, last.seq, last.ts, join(pieces))

    def unsubscribe(self) -> None:
        """Close this place."""
        self._journal.remove(self)
