"""Timers: many share one timer, and each fires when it was set for, once."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from propactor.actors.timers import TICK, Timer, Timers
from tests.support.virtual import virtual


class Recorder:
    """Timers that note when they fire."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.began = self.loop.time()
        self.timers = Timers(self.loop)
        self.fired: list[tuple[str, float]] = []

    def timer(self, name: str) -> Timer:
        """Return a timer that notes its name and the time."""
        return self.timers.timer(lambda: self.fired.append((name, self.now)))

    @property
    def now(self) -> float:
        """Return the seconds since the beginning."""
        return self.loop.time() - self.began

    def at(self, seconds: float) -> float:
        """Return a time of the loop."""
        return self.began + seconds

    @property
    def names(self) -> list[str]:
        """Return who fired."""
        return [name for name, _ in self.fired]


@virtual
async def test_order() -> None:
    """Timers fire in the order of their times, at most a tick late."""
    recorder = Recorder()
    for name, when in (("b", 2.0), ("a", 1.0), ("c", 2.001)):
        recorder.timer(name).set(recorder.at(when))

    await asyncio.sleep(3)

    assert recorder.names == ["a", "b", "c"]
    assert all(
        0 <= at - when <= TICK + 1e-6 for (_, at), when in zip(recorder.fired, (1, 2, 2.001), strict=True)
    )


@virtual
async def test_once() -> None:
    """A timer fires once, and can be set again."""
    recorder = Recorder()
    timer = recorder.timer("a")
    timer.set(recorder.at(1))
    await asyncio.sleep(2)
    assert not timer.is_set

    timer.set(recorder.at(3))
    assert timer.is_set
    await asyncio.sleep(5)

    assert recorder.names == ["a", "a"]


@virtual
async def test_moved() -> None:
    """A timer that is set anew forgets the other time."""
    recorder = Recorder()
    timer = recorder.timer("a")
    for when in (1, 5, 3, 3):
        timer.set(recorder.at(when))

    await asyncio.sleep(9)

    assert [round(at) for _, at in recorder.fired] == [3]


@virtual
async def test_cleared() -> None:
    """A cleared timer doesn't fire, and neither does one set for never; no timer waits for them."""
    recorder = Recorder()
    first, second = recorder.timer("a"), recorder.timer("b")
    first.set(recorder.at(1))
    second.set(recorder.at(1))

    first.clear()
    first.clear()
    second.set(float("inf"))
    await asyncio.sleep(2)

    assert recorder.fired == []
    assert not first.is_set
    assert not second.is_set
    assert recorder.timers._handle is None


@virtual
async def test_earlier() -> None:
    """The cheap form only ever moves a timer forward, and not for less than a tick."""
    recorder = Recorder()
    timer = recorder.timer("a")
    for when in (5, 7, 5 - TICK / 2, 3):
        timer.set_earlier(recorder.at(when))

    await asyncio.sleep(9)

    assert [round(at, 1) for _, at in recorder.fired] == [3]


@virtual
async def test_past() -> None:
    """A time that has passed fires at the next occasion, even when it is set while firing."""
    recorder = Recorder()
    again = recorder.timer("again")
    first = recorder.timers.timer(lambda: again.set(recorder.at(0)))
    first.set(recorder.at(-1))

    await asyncio.sleep(1)

    assert recorder.names == ["again"]


@virtual
async def test_cleared_by_neighbour() -> None:
    """A timer that a neighbour clears or moves while both are due doesn't fire for the old time."""
    recorder = Recorder()
    cleared, moved = recorder.timer("cleared"), recorder.timer("moved")

    def meddle() -> None:
        cleared.clear()
        moved.set(recorder.at(5))

    for timer in (recorder.timers.timer(meddle), cleared, moved):
        timer.set(recorder.at(1))
    await asyncio.sleep(9)

    assert [(name, round(at)) for name, at in recorder.fired] == [("moved", 5)]


@virtual
async def test_dropped() -> None:
    """A dropped timer doesn't fire and is held by nobody, also where a neighbour drops it; others fire."""
    recorder = Recorder()
    early, late, other = recorder.timer("early"), recorder.timer("late"), recorder.timer("other")
    dropping = recorder.timers.timer(late.drop)
    for timer, when in ((early, 1), (dropping, 2), (late, 2), (other, 2)):
        timer.set(recorder.at(when))

    early.drop()
    early.drop()
    assert len(recorder.timers._slots) == 1
    await asyncio.sleep(3)
    late.set(recorder.at(4))
    await asyncio.sleep(3)

    assert recorder.names == ["other"]
    assert not recorder.timers._slots


@virtual
async def test_defect() -> None:
    """A callback with a defect doesn't stop the clock for the others."""
    recorder = Recorder()
    found: list[object] = []

    def defect() -> None:
        raise ZeroDivisionError

    recorder.loop.set_exception_handler(lambda _, context: found.append(context["exception"]))
    recorder.timers.timer(defect).set(recorder.at(1))
    recorder.timer("a").set(recorder.at(2))

    await asyncio.sleep(3)

    assert recorder.names == ["a"]
    assert [type(exception) for exception in found] == [ZeroDivisionError]


@virtual
async def test_one_timer() -> None:
    """A thousand timers cost the loop one timer."""
    recorder = Recorder()
    before = _timers(recorder.loop)
    for number in range(1000):
        recorder.timer(str(number)).set(recorder.at(1 + number / 100))

    assert _timers(recorder.loop) - before == 1
    await asyncio.sleep(12)
    assert recorder.names == [str(number) for number in range(1000)]


def _timers(loop: asyncio.AbstractEventLoop) -> int:
    """Count the timers that wait in a loop of asyncio's own kind."""
    return sum(not handle.cancelled() for handle in loop._scheduled)  # type: ignore[attr-defined]


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["set", "earlier", "clear"]), st.integers(0, 40)))
)
@virtual
async def test_any_use(steps: list[tuple[int, str, int]]) -> None:
    """However timers are set, moved and cleared, each fires when it was set for last, or not at all."""
    recorder = Recorder()
    timers = [recorder.timer(str(number)) for number in range(4)]
    wanted: dict[str, int] = {}
    for number, step, ticks in steps:
        name, when = str(number), recorder.at(1 + 3 * ticks * TICK)
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

    assert {name: round((at - 1) / TICK / 3) for name, at in recorder.fired} == wanted
    assert len(recorder.fired) == len(wanted)
