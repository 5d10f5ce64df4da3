"""Timers: many share one timer, and each rings when it was set for, once."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from propactor.actors.timers import TICK, Timer, Timers
from tests.support.virtual import virtual


class Bells:
    """Timers that note when they ring."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.began = self.loop.time()
        self.timers = Timers(self.loop)
        self.rang: list[tuple[str, float]] = []

    def timer(self, name: str) -> Timer:
        """Return an timer that notes its name and the time."""
        return self.timers.timer(lambda: self.rang.append((name, self.now)))

    @property
    def now(self) -> float:
        """Return the seconds since the beginning."""
        return self.loop.time() - self.began

    def at(self, seconds: float) -> float:
        """Return a time of the loop."""
        return self.began + seconds

    @property
    def names(self) -> list[str]:
        """Return who rang."""
        return [name for name, _ in self.rang]


@virtual
async def test_order() -> None:
    """Timers ring in the order of their times, at most a tick late."""
    bells = Bells()
    for name, when in (("b", 2.0), ("a", 1.0), ("c", 2.001)):
        bells.timer(name).set(bells.at(when))

    await asyncio.sleep(3)

    assert bells.names == ["a", "b", "c"]
    assert all(0 <= at - when <= TICK + 1e-6 for (_, at), when in zip(bells.rang, (1, 2, 2.001), strict=True))


@virtual
async def test_once() -> None:
    """An timer rings once, and can be set again."""
    bells = Bells()
    timer = bells.timer("a")
    timer.set(bells.at(1))
    await asyncio.sleep(2)
    assert not timer.is_set

    timer.set(bells.at(3))
    assert timer.is_set
    await asyncio.sleep(5)

    assert bells.names == ["a", "a"]


@virtual
async def test_moved() -> None:
    """An timer that is set anew forgets the other time."""
    bells = Bells()
    timer = bells.timer("a")
    for when in (1, 5, 3, 3):
        timer.set(bells.at(when))

    await asyncio.sleep(9)

    assert [round(at) for _, at in bells.rang] == [3]


@virtual
async def test_cleared() -> None:
    """A cleared timer doesn't ring, and neither does one set for never; no timer waits for them."""
    bells = Bells()
    first, second = bells.timer("a"), bells.timer("b")
    first.set(bells.at(1))
    second.set(bells.at(1))

    first.clear()
    first.clear()
    second.set(float("inf"))
    await asyncio.sleep(2)

    assert bells.rang == []
    assert not first.is_set
    assert not second.is_set
    assert bells.timers._handle is None


@virtual
async def test_earlier() -> None:
    """The cheap form only ever moves an timer forward, and not for less than a tick."""
    bells = Bells()
    timer = bells.timer("a")
    for when in (5, 7, 5 - TICK / 2, 3):
        timer.set_earlier(bells.at(when))

    await asyncio.sleep(9)

    assert [round(at, 1) for _, at in bells.rang] == [3]


@virtual
async def test_past() -> None:
    """A time that has passed rings at the next occasion, even when it is set while ringing."""
    bells = Bells()
    again = bells.timer("again")
    first = bells.timers.timer(lambda: again.set(bells.at(0)))
    first.set(bells.at(-1))

    await asyncio.sleep(1)

    assert bells.names == ["again"]


@virtual
async def test_cleared_by_neighbour() -> None:
    """An timer that a neighbour clears or moves while both are due doesn't ring for the old time."""
    bells = Bells()
    cleared, moved = bells.timer("cleared"), bells.timer("moved")

    def meddle() -> None:
        cleared.clear()
        moved.set(bells.at(5))

    for timer in (bells.timers.timer(meddle), cleared, moved):
        timer.set(bells.at(1))
    await asyncio.sleep(9)

    assert [(name, round(at)) for name, at in bells.rang] == [("moved", 5)]


@virtual
async def test_defect() -> None:
    """A callback with a defect doesn't stop the clock for the others."""
    bells = Bells()
    found: list[object] = []

    def defect() -> None:
        raise ZeroDivisionError

    bells.loop.set_exception_handler(lambda _, context: found.append(context["exception"]))
    bells.timers.timer(defect).set(bells.at(1))
    bells.timer("a").set(bells.at(2))

    await asyncio.sleep(3)

    assert bells.names == ["a"]
    assert [type(exception) for exception in found] == [ZeroDivisionError]


@virtual
async def test_one_timer() -> None:
    """A thousand timers cost the loop one timer."""
    bells = Bells()
    before = _timers(bells.loop)
    for number in range(1000):
        bells.timer(str(number)).set(bells.at(1 + number / 100))

    assert _timers(bells.loop) - before == 1
    await asyncio.sleep(12)
    assert bells.names == [str(number) for number in range(1000)]


def _timers(loop: asyncio.AbstractEventLoop) -> int:
    """Count the timers that wait in a loop of asyncio's own kind."""
    return sum(not handle.cancelled() for handle in loop._scheduled)  # type: ignore[attr-defined]


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["set", "earlier", "clear"]), st.integers(0, 40)))
)
@virtual
async def test_any_use(steps: list[tuple[int, str, int]]) -> None:
    """However timers are set, moved and cleared, each rings when it was set for last, or not at all."""
    bells = Bells()
    timers = [bells.timer(str(number)) for number in range(4)]
    wanted: dict[str, int] = {}
    for number, step, ticks in steps:
        name, when = str(number), bells.at(1 + 3 * ticks * TICK)
        if step == "clear":
            timers[number].clear()
            wanted.pop(name, None)
        elif step == "set":
            timers[number].set(when)
            wanted[name] = ticks
        else:
            timers[number].set_earlier(when)
            wanted[name] = min(ticks, wanted.get(name, ticks))

    await asyncio.sleep(9)

    assert {name: round((at - 1) / TICK / 3) for name, at in bells.rang} == wanted
    assert len(bells.rang) == len(wanted)
