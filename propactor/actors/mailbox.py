"""What one receiver has to take; the mailbox owns the window in which deltas are joined."""

from collections import Counter
from collections.abc import Callable
from typing import Any, Generic

from propactor.actors.bounded_queue import BoundedQueue, M, Policy

MAX_PIECES = 256
MAX_PIECE = 8192
"""How many pieces of text wait for the end of the window, and the length above which one doesn't wait."""
_NEVER = float("-inf")


class TextWindow:
    """Collects the pieces of text that one sender puts into a mailbox, until the window ends.

    The receiver gets it as a message of its own and ``take``s the text. No object is made for a piece.

    Args:
        mailbox: Where the text goes.
        source: Who writes it, in the receiver's words.
    """

    __slots__ = ("_mailbox", "at", "open", "pieces", "source")

    def __init__(self, mailbox: "Mailbox[Any]", source: Any = None) -> None:
        self.open = True
        self.source = source
        self.at: int | None = None
        """When the first piece was written, in milliseconds since the epoch."""
        self.pieces: list[str] = []
        self._mailbox = mailbox

    def __call__(self, event: Any) -> None:
        """Put a message behind what is collected."""
        if self.open:
            self._mailbox.put(event)

    def text(self, piece: str, at: int | None = None) -> None:
        """Collect a piece of text.

        Args:
            piece: The text, not empty.
            at: When it was written, in milliseconds since the epoch.
        """
        pieces = self.pieces
        if not self.open:
            return
        pieces.append(piece)
        if len(pieces) == 1:
            self.at = at
            self._mailbox.collect(self)
        elif len(pieces) > MAX_PIECES or len(piece) > MAX_PIECE:
            self._mailbox.call()

    def take(self) -> str:
        """Take the text that was collected."""
        text = "".join(self.pieces)
        self.pieces.clear()
        return text

    def close(self) -> None:
        """Take nothing more: whatever the sender still says is void."""
        self.open = False


class Mailbox(Generic[M]):
    """Keeps messages for one receiver, which ``listen``s: it is called, once, when it should take them.

    The first delta calls the receiver at once. Deltas that come within ``window`` seconds of the last that
    was taken wait: the first of them sets the receiver's timer, and the receiver finds them joined. Any other
    message calls it at once, and what waited is taken before that. Nothing else holds text back.

    ``pending`` says whether there is something to take, ``closed`` whether no more is taken in.

    Args:
        policy: What there is to know of the messages.
        clock: The loop's clock, in seconds.
        window: Seconds in which deltas are joined; with 0 none waits.
        max_messages: How many messages are kept before previews are dropped.
        max_bytes: How many bytes of them.
    """

    __slots__ = (
        *("_called", "_clock", "_notify", "_policy", "_queue", "_set_timer", "_taken_at", "_text"),
        *("_timed", "_window", "closed", "pending"),
    )

    def __init__(
        self,
        policy: Policy[M],
        clock: Callable[[], float],
        *,
        window: float,
        max_messages: int,
        max_bytes: int,
    ) -> None:
        self.closed = False
        self.pending = False
        self._policy = policy
        self._queue = BoundedQueue(policy, max_messages, max_bytes)
        self._text: TextWindow | None = None
        self._clock = clock
        self._window = window
        self._taken_at = _NEVER
        self._called = self._timed = False
        self._notify: Callable[[], object] | None = None
        self._set_timer: Callable[[float], object] | None = None

    def __len__(self) -> int:
        return len(self._queue) + (len(self._text.pieces) if self._text is not None else 0)

    @property
    def dropped(self) -> Counter[type]:
        """Return how many previews were dropped, by their type."""
        return self._queue.dropped

    @property
    def joined(self) -> int:
        """Return how many deltas became part of the one before them."""
        return self._queue.joined

    def listen(self, notify: Callable[[], object], set_timer: Callable[[float], object]) -> None:
        """Say whom to call.

        Args:
            notify: Called when there is something to take now, or the mailbox is closed. It must not wait.
            set_timer: Called with the time, on the mailbox's clock, at which what waits should be taken.
        """
        self._notify, self._set_timer = notify, set_timer
        if self.pending or self.closed:
            self.call()

    def unlisten(self) -> None:
        """Call nobody any more: receiver and mailbox would keep each other in memory."""
        self._notify = self._set_timer = None

    def put(self, message: M) -> None:
        """Add a message; a closed mailbox forgets it."""
        if self.closed:
            return
        self._seal()
        self._queue.append(message)
        self.pending = bool(self._queue)  # a preview that is larger than the bound is dropped at once
        if self._policy.may_wait(message):
            self._wait()
        else:
            self.call()

    def collect(self, text: TextWindow) -> None:
        """Let the receiver take what a window begins to collect when the window ends."""
        if self.closed:
            text.pieces.clear()
            return
        if self._text is not text:
            if self._text is not None:
                self._seal()
            self._text = text
        self.pending = True
        self._wait()

    def take(self) -> M | TextWindow:
        """Take the oldest message, with what continues it. There must be one ``pending``."""
        text = self._text
        if text is not None:
            if not self._queue:
                self._text = None
                self.pending = self._called = self._timed = False
                self._queue.joined += len(text.pieces) - 1
                self._taken_at = self._clock()
                return text
            self._seal()
        message = self._queue.popleft()
        if self._policy.may_wait(message):
            self._taken_at = self._clock()
        if not self._queue:
            self._rest()
        return message

    def close(self) -> None:
        """Take no more messages in. What is there can still be taken."""
        self.closed = True
        self.call()

    def keep(self, kind: type) -> None:
        """Forget everything but messages of a kind."""
        self._seal()
        self._queue.keep(kind)
        if not self._queue:
            self._rest()

    def call(self) -> None:
        """Call the receiver, unless it was called already."""
        if self._notify is not None and not self._called:
            self._called = True
            self._notify()

    def _rest(self) -> None:
        """Note that nothing is there: the next message calls the receiver again."""
        self.pending = self._called = self._timed = False

    def _seal(self) -> None:
        """Make a message of the text that was collected, because another follows it."""
        text = self._text
        if text is not None:
            self._text = None
            self._queue.joined += len(text.pieces) - 1
            self._queue.append(self._policy.from_text(text))

    def _wait(self) -> None:
        """Let what came wait for the end of the window, if one is open; else call the receiver."""
        if self._timed or self._called:
            return
        now = self._clock()
        if now - self._taken_at >= self._window or self._set_timer is None:
            self.call()
        else:
            self._timed = True
            self._set_timer(now + self._window)
