"""Looking again and again."""

import asyncio
import logging

from propactor.adapters.openclaw.session_history import Poller
from tests.support.virtual import virtual


@virtual
async def test_looks() -> None:
    """It looks at once, then every so many seconds, until it is stopped."""
    times: list[float] = []
    clock = asyncio.get_running_loop().time

    async def look() -> None:
        times.append(clock())

    began = clock()
    poller = Poller(look, every=10)
    poller.start()
    poller.start()
    await asyncio.sleep(25)
    await poller.stop()
    await asyncio.sleep(25)

    assert [time - began for time in times] == [0, 10, 20]


@virtual
async def test_woken() -> None:
    """Who has news wakes it, instead of waiting."""
    seen = asyncio.Semaphore(0)

    async def look() -> None:
        seen.release()

    poller = Poller(look, every=1000)
    poller.start()
    await seen.acquire()
    poller.wake()

    async with asyncio.timeout(1):
        await seen.acquire()
    await poller.stop()
    await poller.stop()


@virtual
async def test_defect() -> None:
    """A defect ends the looking, and is logged."""

    async def look() -> None:
        raise ZeroDivisionError

    poller = Poller(look, every=1)
    with Logged() as records:
        poller.start()
        await asyncio.sleep(5)
    await poller.stop()

    assert len(records) == 1


class Logged(logging.Handler):
    """Collect what is logged."""

    def __enter__(self) -> list[logging.LogRecord]:
        self.records: list[logging.LogRecord] = []
        logging.getLogger("propactor").addHandler(self)
        return self.records

    def __exit__(self, *_: object) -> None:
        logging.getLogger("propactor").removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record."""
        self.records.append(record)


@virtual
async def test_rests() -> None:
    """It can be told to rest without waiting, and to begin anew."""
    looks = 0

    async def look() -> None:
        nonlocal looks
        looks += 1

    poller = Poller(look, every=10)
    for _ in range(2):
        poller.start()
        await asyncio.sleep(1)
        poller.rest()
        await asyncio.sleep(100)
    poller.rest()
    await poller.stop()

    assert looks == 2
