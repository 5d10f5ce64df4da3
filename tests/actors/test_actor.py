"""Actors: one message at a time, a word at a defect, goodbye in any case."""

import logging

import pytest

from propactor.actors.actor import Actor
from propactor.actors.mailbox import Mailbox
from tests.virtual import virtual


class Echo(Actor[str]):
    """Notes what it takes and what becomes of it."""

    def __init__(self) -> None:
        super().__init__("echo", Mailbox())
        self.notes: list[str] = []

    def receive(self, message: str) -> None:
        """Note a message; one of them is too much."""
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


def test_takes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """An actor without `receive` says what it doesn't take."""

    @virtual
    async def misuse() -> None:
        actor = Actor[str]("mute", Mailbox())
        actor.launch()
        actor.mailbox.put("hello")
        await actor.ended()

    misuse()

    assert "Actor takes no str" in caplog.text
