"""An actor: a mailbox, a task that takes one message at a time, and a promise to say goodbye."""

import asyncio
import logging
from typing import Generic, TypeVar

from propactor.actors.mailbox import Mailbox, MailboxClosed

M = TypeVar("M")
log = logging.getLogger(__name__)


class Actor(Generic[M]):
    """Handles one message at a time, so its state needs no locks.

    Subclasses say what to do in ``receive``; ``crashed`` is told of a defect, ``stopped`` comes last.
    """

    def __init__(self, name: str, mailbox: Mailbox[M]) -> None:
        self.name = name
        self.mailbox = mailbox
        self._task: asyncio.Task[None] | None = None

    def launch(self) -> None:
        """Begin to take messages, in a task of its own."""
        self._task = asyncio.create_task(self._work(), name=self.name)

    async def ended(self) -> None:
        """Wait until the actor has taken its last message."""
        if self._task is not None:
            await asyncio.shield(self._task)

    async def _work(self) -> None:
        get, receive = self.mailbox.get, self.receive
        try:
            while True:
                receive(await get())
        except MailboxClosed:
            pass
        except Exception:
            log.exception("actor %s failed", self.name)
            self.crashed()
        finally:
            self.mailbox.close()
            self.stopped()

    def receive(self, message: M) -> None:
        """Take one message."""
        raise TypeError(f"{type(self).__name__} takes no {type(message).__name__}")

    def crashed(self) -> None:
        """Put things in order after a defect of ours."""

    def stopped(self) -> None:
        """Clean up; the last call."""
