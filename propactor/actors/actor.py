"""An actor: a mailbox, turns in which it takes one message at a time, and a promise to say goodbye."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from propactor.actors.mailbox import Mailbox

M = TypeVar("M")
log = logging.getLogger(__name__)


class Actor(Generic[M]):
    """Handles one message at a time, so its state needs no locks.

    Subclasses say what to do in ``receive``; ``crashed`` is told of a defect, ``stopped`` comes last.
    """

    def __init__(self, name: str, mailbox: Mailbox[M]) -> None:
        self.name = name
        self.mailbox = mailbox
        self._loop = asyncio.get_running_loop()
        self._end: asyncio.Future[None] | None = None

    @property
    def launched(self) -> bool:
        """Tell whether it has begun to take messages."""
        return self._end is not None

    def launch(self) -> None:
        """Begin to take messages, in turns of the event loop."""
        self._end = self._loop.create_future()
        self.mailbox.listen(partial(self._loop.call_soon, self._turn), self.may_wait)

    async def ended(self) -> None:
        """Wait until the actor has taken its last message."""
        if self._end is not None:
            await asyncio.shield(self._end)

    def _turn(self) -> None:
        """Take all that is there. A turn costs a third of what waking a task costs."""
        self.run_guarded(self._take_all)

    def _take_all(self) -> None:
        take, receive = self.mailbox.take, self.receive
        while (message := take()) is not None:
            receive(message)

    def run_guarded(self, work: Callable[[], None]) -> None:
        """Do something between two messages, guarded as a message is: for timers that fire."""
        try:
            work()
        except Exception:
            log.exception("actor %s failed", self.name)
            self._guard(self.crashed)
            self.mailbox.close()
        if self.mailbox.closed:
            self._say_goodbye()

    def _say_goodbye(self) -> None:
        if self._end is not None and not self._end.done():
            self._end.set_result(None)
            self._guard(self.stopped)
            self.mailbox.unlisten()  # or the two would hold each other until the collector comes

    def _guard(self, last_words: Callable[[], None]) -> None:
        """Let neither of the last two calls keep the other from being made."""
        try:
            last_words()
        except Exception:
            log.exception("actor %s failed at its end", self.name)

    def may_wait(self) -> bool:
        """Tell whether text that comes now can wait until we look; then see to it that we do."""
        return False

    def receive(self, message: M) -> None:
        """Take one message."""
        raise TypeError(f"{type(self).__name__} takes no {type(message).__name__}")

    def crashed(self) -> None:
        """Put things in order after a defect of ours."""

    def stopped(self) -> None:
        """Clean up; the last call."""
