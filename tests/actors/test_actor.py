"""Actors: one message at a time, a word at a defect, goodbye in any case."""

import asyncio
import logging

import pytest

from propactor.actors.actor import Actor
from propactor.actors.bounded_queue import Policy
from propactor.actors.mailbox import Mailbox, TextWindow
from propactor.actors.timers import Timers
from tests.support.actor_harness import soon
from tests.support.virtual import virtual

PLAIN: Policy[str] = Policy(
    may_wait=lambda _: False,
    joined=lambda messages: messages,
    from_text=TextWindow.take,
    droppable=lambda _: False,
    weight=len,
)


def plain_mailbox() -> Mailbox[str]:
    """Return a mailbox whose messages are text, and never wait."""
    clock = asyncio.get_running_loop().time
    return Mailbox(PLAIN, clock, window=0, max_messages=10, max_bytes=1000)


class Echo(Actor[str]):
    """Notes what it takes and what becomes of it."""

    def __init__(self) -> None:
        super().__init__("echo", plain_mailbox(), Timers(asyncio.get_running_loop()))
        self.notes: list[str] = []

    def receive(self, message: str | TextWindow) -> None:
        """Note a message; one of them is too much."""
        assert isinstance(message, str)
        if message == "bomb":
            raise RuntimeError("boom")
        self.notes.append(message)

    def crashed(self) -> None:
        """Note a crash."""
        super().crashed()
        self.notes.append("crashed")

    def stopped(self) -> None:
        """Note the end."""
        super().stopped()
        self.notes.append("stopped")


class Fragile(Echo):
    """Breaks when it puts things in order, and when it says goodbye."""

    def crashed(self) -> None:
        """Break."""
        super().crashed()
        raise RuntimeError("crashed badly")

    def stopped(self) -> None:
        """Break."""
        super().stopped()
        raise RuntimeError("stopped badly")


@virtual
async def test_order() -> None:
    """Messages are taken in order until the mailbox closes."""
    echo = Echo()
    echo.launch()
    for message in "abc":
        echo.mailbox.put(message)
    echo.mailbox.close()

    await echo.ended()

    assert echo.notes == ["a", "b", "c", "stopped"]


@virtual
async def test_never_launched() -> None:
    """An actor that was never launched has ended."""
    echo = Echo()
    assert not echo.launched

    await echo.ended()

    assert echo.notes == []


def test_crash(caplog: pytest.LogCaptureFixture) -> None:
    """A defect is logged once, with its traceback; then the actor puts things in order and ends."""

    @virtual
    async def crash() -> None:
        echo = Echo()
        echo.launch()
        for message in ("a", "bomb", "b"):
            echo.mailbox.put(message)
        await echo.ended()
        assert echo.notes == ["a", "crashed", "stopped"]
        assert echo.mailbox.closed

    crash()

    (record,) = caplog.records
    assert (record.levelno, record.getMessage()) == (logging.ERROR, "actor echo failed")
    assert record.exc_info is not None


def test_crash_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever breaks on the way out, each of the last calls is made, and the actor ends."""

    @virtual
    async def crash() -> None:
        fragile = Fragile()
        fragile.launch()
        fragile.mailbox.put("bomb")
        await fragile.ended()
        assert fragile.notes == ["crashed", "stopped"]

    crash()

    assert [record.getMessage() for record in caplog.records] == [
        "actor echo failed",
        "actor echo failed at its end",
        "actor echo failed at its end",
    ]


@virtual
async def test_messages_meanwhile() -> None:
    """A message that comes while another is taken is taken in the same turn; a closed mailbox ends it."""
    echo = Echo()
    echo.launch()
    echo.mailbox.put("a")
    await soon()
    for message in "bc":
        echo.mailbox.put(message)
    await soon()
    assert echo.notes == ["a", "b", "c"]

    echo.mailbox.close()
    await echo.ended()
    echo.mailbox.close()
    await soon()

    assert echo.notes == ["a", "b", "c", "stopped"]


def test_takes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """An actor without `receive` says what it doesn't take."""

    @virtual
    async def misuse() -> None:
        actor = Actor[str]("mute", plain_mailbox(), Timers(asyncio.get_running_loop()))
        actor.launch()
        actor.mailbox.put("hello")
        await actor.ended()

    misuse()

    assert "Actor takes no str" in caplog.text
