"""Timers of the fake gateway share wake-ups, keep their order, and can be cancelled."""

import asyncio
import math

from propactor.testing.gateway.scheduler import RESOLUTION, Scheduler
from tests.support.virtual import virtual


@virtual
async def test_what_is_due_together_runs_together() -> None:
    """Actions within one resolution run in their order, and the end of the round is told once."""
    done: list[str] = []
    scheduler = Scheduler(lambda: done.append("round"))
    for name, seconds in (("b", 0.0011), ("a", 0.001), ("late", 0.1)):
        scheduler.after(seconds, lambda name=name: done.append(name))  # type: ignore[misc]

    await asyncio.sleep(0.01)

    assert done == ["a", "b", "round"]


@virtual
async def test_nothing_is_early() -> None:
    """An action never comes before its time, nor later than one resolution."""
    scheduler, at = Scheduler(lambda: None), list[float]()
    begun = scheduler.now()
    for milliseconds in (1, 2, 3, 5, 8, 13):
        scheduler.after(milliseconds / 1000, lambda: at.append(scheduler.now() - begun))

    await asyncio.sleep(0.1)

    due = (0.001, 0.002, 0.003, 0.005, 0.008, 0.013)
    assert all(-1e-9 < then - when < RESOLUTION + 1e-9 for when, then in zip(due, at, strict=True))


@virtual
async def test_a_cancelled_timer_does_nothing() -> None:
    """What was cancelled, what is never due, and what stood there when all was stopped don't happen."""
    done: list[str] = []
    scheduler = Scheduler(lambda: None)
    scheduler.after(0.01, lambda: done.append("cancelled")).cancel()
    scheduler.after(math.inf, lambda: done.append("never"))
    scheduler.after(0.05, lambda: done.append("stopped"))
    await asyncio.sleep(0.02)

    scheduler.stop()
    await asyncio.sleep(1)

    assert done == []
