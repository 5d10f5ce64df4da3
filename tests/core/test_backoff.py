"""How long the link waits between tries."""

from random import uniform

from hypothesis import given
from hypothesis import strategies as st

from propactor.core.backoff import Backoff


def test_doubles() -> None:
    """The longest possible wait doubles with each failure, up to a limit, and starts over after a reset."""
    backoff = Backoff(first=1.0, limit=5.0, uniform=lambda _, high: high)

    assert [backoff.next() for _ in range(5)] == [1.0, 2.0, 4.0, 5.0, 5.0]
    backoff.reset()
    assert backoff.next() == 1.0


def test_limit() -> None:
    """However long the gateway was away, five seconds after it is back somebody knocks."""
    backoff = Backoff(uniform=lambda _, high: high)

    assert [backoff.next() for _ in range(100)][-1] == 5.0


@given(st.integers(0, 2000))
def test_bounds(failures: int) -> None:
    """A wait is never nothing and never over the limit, after any number of failures."""
    backoff = Backoff(uniform, first=0.5, limit=30.0)
    backoff.failures = failures

    assert 0.0 < backoff.next() <= 30.0


def test_hint() -> None:
    """Who is told when to come back doesn't come earlier."""
    backoff = Backoff(first=0.1, uniform=lambda low, _: low)

    assert backoff.next(hint=0.5) == 0.5
