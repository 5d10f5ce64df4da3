"""Ids that were seen."""

from propactor.adapters.transcript.seen import Seen


def test_once() -> None:
    """An id is new once."""
    seen = Seen()

    assert [seen.add("a"), seen.add("b"), seen.add("a")] == [True, True, False]


def test_without() -> None:
    """What has no id is always new, and not kept."""
    seen = Seen()

    assert [seen.add(None), seen.add(None), seen.add(7), seen.add([])] == [True] * 4
    assert len(seen) == 0


def test_limit() -> None:
    """The oldest ids are forgotten first."""
    seen = Seen(limit=2)
    for name in "abc":
        seen.add(name)

    assert len(seen) == 2
    assert [seen.add("c"), seen.add("b"), seen.add("a")] == [False, False, True]
