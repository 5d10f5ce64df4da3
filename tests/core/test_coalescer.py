"""The coalescer: the first delta at once, the others soon, none lost."""

from hypothesis import given, settings
from hypothesis import strategies as st

from propactor.core.coalescer import Coalescer
from propactor.core.events import TextDelta, Thinking
from propactor.core.joining import Delta
from tests.core.strategies import DELTAS, THOUGHTS

WINDOW = 0.04
SECOND = 1.0
A, B, C = TextDelta("a"), TextDelta("b"), TextDelta("c")


class Spout:
    """Pours deltas into a coalescer as a generation does, waking it when it is due."""

    def __init__(self, window: float = WINDOW) -> None:
        self.coalescer = Coalescer(window)
        self.frames: list[tuple[float, list[Delta]]] = []

    def pour(self, delta: Delta, now: float) -> None:
        """Pour one delta at a time, after what is due until then."""
        self.wake(now)
        if not self.coalescer.accepts(delta):
            self._take(now, self.coalescer.flush(now))
        self._take(now, self.coalescer.push(delta, now))

    def wake(self, now: float) -> None:
        """Flush what is due before ``now``."""
        due = self.coalescer.due
        if due is not None and due < now:
            self._take(due, self.coalescer.flush(due))

    def _take(self, now: float, leaving: object) -> None:
        if leaving:
            self.frames.append((now, list(leaving)))  # type: ignore[call-overload]  # a sequence of deltas


def test_first() -> None:
    """The first delta leaves at once."""
    assert Coalescer(WINDOW).push(A, 0) == [A]


def test_window() -> None:
    """What follows waits for the window, then leaves together."""
    coalescer = Coalescer(WINDOW)
    coalescer.push(A, 0)

    assert (coalescer.push(B, 0.01), coalescer.due) == ((), 0.01 + WINDOW)
    assert (coalescer.push(C, 0.02), coalescer.due) == ((), 0.01 + WINDOW)
    assert (coalescer.flush(0.05), coalescer.due, coalescer.joined) == ([B, C], None, 1)
    assert coalescer.flush(0.05) == []


def test_late_alarm() -> None:
    """When nobody wakes it, the next delta does: a steady stream starves nobody."""
    coalescer = Coalescer(WINDOW)
    coalescer.push(A, 0)
    coalescer.push(B, 0.01)

    assert coalescer.push(C, 0.06) == [B, C]


def test_pause() -> None:
    """After a pause a delta leaves at once again."""
    coalescer = Coalescer(WINDOW)
    coalescer.push(A, 0)

    assert coalescer.push(B, WINDOW) == [B]


def test_size() -> None:
    """A delta that fills the measure doesn't wait."""
    coalescer = Coalescer(WINDOW, max_chars=4)
    coalescer.push(A, 0)

    assert coalescer.push(Thinking("xxx"), 0.001) == ()
    assert coalescer.push(Thinking("y"), 0.002) == [Thinking("xxx"), Thinking("y")]


def test_raw() -> None:
    """A delta that carries what came in leaves alone."""
    coalescer, raw = Coalescer(WINDOW), TextDelta("b", raw={"a": 1})
    coalescer.push(A, 0)

    assert coalescer.push(raw, 0.001) == [raw]


def test_accepts() -> None:
    """An empty coalescer takes anything; a full one what continues it."""
    coalescer = Coalescer(WINDOW)
    coalescer.push(A, 0)
    assert coalescer.accepts(Thinking("t"))
    coalescer.push(B, 0.001)

    assert coalescer.accepts(C)
    assert not coalescer.accepts(Thinking("t"))


def test_no_window() -> None:
    """Without a window everything leaves at once."""
    spout = Spout(window=0)
    for delta in (A, B, C):
        spout.pour(delta, 0)

    assert [frame for _, frame in spout.frames] == [[A], [B], [C]]


@given(st.lists(st.tuples(DELTAS | THOUGHTS, st.floats(0, 0.1)), max_size=40))
def test_nothing_lost(poured: list[tuple[Delta, float]]) -> None:
    """All leaves in the order it came, and nothing is held for longer than the window."""
    spout, now, came = Spout(), 0.0, []
    for delta, pause in poured:
        now += pause
        came.append((delta, now))
        spout.pour(delta, now)
    spout.wake(now + SECOND)

    left = [(delta, at) for at, frame in spout.frames for delta in frame]
    assert [delta for delta, _ in left] == [delta for delta, _ in came]
    assert all(at - began <= WINDOW + 1e-9 for (_, at), (_, began) in zip(left, came, strict=True))


@settings(max_examples=20)
@given(st.lists(st.floats(0, 0.02), min_size=100, max_size=200), st.sampled_from([0.03, 0.04, 0.05]))
def test_rate(pauses: list[float], window: float) -> None:
    """A stream of text makes at most 35 frames in any second, for every window we allow."""
    spout, now = Spout(window), 0.0
    for pause in pauses:
        now += pause
        spout.pour(A, now)
    spout.wake(now + SECOND)

    times = [at for at, _ in spout.frames]
    assert max(sum(start <= at < start + SECOND for at in times) for start in times) <= 35


def test_until() -> None:
    """It is known beforehand when a delta would leave: at once, after a window, or with what is held."""
    coalescer = Coalescer(WINDOW)
    assert coalescer.until(1) is None

    coalescer.push(A, 1)
    assert coalescer.until(1 + WINDOW / 2) == 1 + 1.5 * WINDOW
    coalescer.push(B, 1 + WINDOW / 4)

    assert coalescer.until(1 + WINDOW / 2) == coalescer.due == 1 + 1.25 * WINDOW
    assert coalescer.flush(2) == [B]
    assert coalescer.until(2 + WINDOW) is None
