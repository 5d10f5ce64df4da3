"""An actor: a mailbox, turns in which it takes one message at a time, and an ending that always comes."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

from propactor.actors.mailbox import Mailbox, TextWindow
from propactor.actors.timers import Timers

M = TypeVar("M")
log = logging.getLogger(__name__)


class Actor(Generic[M]):
    """Handles one message at a time, so its state needs no locks.

    Subclasses say what to do in ``receive``. ``crashed`` is called after a defect, ``stopped`` comes last.

    Args:
        name: What log lines call it.
        mailbox: Where its messages come from.
        timers: Who calls it when the mailbox's window ends.
    """

    __slots__ = ("__weakref__", "_end", "_loop", "_window_timer", "mailbox", "name")

    def __init__(self, name: str, mailbox: Mailbox[M], timers: Timers) -> None:
        self.name = name
        self.mailbox = mailbox
        self._loop = asyncio.get_running_loop()
        self._window_timer = timers.timer(self._turn)
        self._end: asyncio.Future[None] | None = None

    @property
    def launched(self) -> bool:
        """Return True if it has begun to take messages."""
        return self._end is not None

    def launch(self) -> None:
        """Begin to take messages, in turns of the event loop."""
        self._end = self._loop.create_future()
        self.mailbox.listen(partial(self._loop.call_soon, self._turn), self._window_timer.set)

    async def ended(self) -> None:
        """Wait until the actor has taken its last message."""
        if self._end is not None:
            await asyncio.shield(self._end)

    def _turn(self) -> None:
        """Take all that is there. A turn costs a third of what waking a task costs."""
        mailbox = self.mailbox
        try:
            while mailbox.pending:
                self.receive(mailbox.take())
        except Exception as exc:  # noqa: BLE001  a defect ends this actor, and nobody else
            self._crash(exc)
        if mailbox.closed:
            self._finish()

    def run_guarded(self, work: Callable[[], None]) -> None:
        """Do something behind all messages that are there, guarded as they are: for timers."""
        if self._end is not None:
            self._turn()
        if self.mailbox.closed:
            return
        try:
            work()
        except Exception as exc:  # noqa: BLE001  as above
            self._crash(exc)
        if self.mailbox.closed:
            self._finish()

    def _crash(self, defect: Exception) -> None:
        log.error("actor %s failed", self.name, exc_info=defect)
        self._guard(self.crashed)
        self.mailbox.close()

    def _finish(self) -> None:
        if self._end is not None and not self._end.done():
            self._end.set_result(None)
            self._guard(self.stopped)
            self._window_timer.drop()
            self.mailbox.unlisten()  # or the two would hold each other until the collector comes

    def _guard(self, last_call: Callable[[], None]) -> None:
        """Let neither of the last two calls keep the other from being made."""
        try:
            last_call()
        except Exception:
            log.exception("actor %s failed at its end", self.name)

    def receive(self, message: M | TextWindow) -> None:
        """Take one message, or the text that was collected."""
        raise TypeError(f"{type(self).__name__} takes no {type(message).__name__}")

    def crashed(self) -> None:
        """Put things in order after a defect of ours."""

    def stopped(self) -> None:
        """Clean up; the last call."""
