"""Watchdog: a word half-way, then the end, each time limit under its own name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propactor.core.errors import GenerationTimeout
from propactor.core.events import Progress
from propactor.core.watchdog import Watchdog
from propactor.settings.tables import Timeouts

LIMITS = Timeouts(accept=10, first_event=20, idle=30, total=100)


def watch(watchdog: Watchdog, until: float) -> list[tuple[float, str]]:
    """Look whenever it is due, and note what is said, until a time limit passes."""
    said: list[tuple[float, str]] = []
    while watchdog.due <= until:
        now = watchdog.due
        try:
            found = watchdog.check(now)
        except GenerationTimeout as exc:
            return [*said, (now, f"end: {exc.phase}")]
        if found is not None:
            said.append((now, f"{found.phase}: {found.reason}"))
    return said


@pytest.mark.parametrize(("phase", "limit"), [("accept", 10), ("first_event", 20), ("idle", 30)])
def test_silence(phase: str, limit: float) -> None:
    """A silence is told half-way, then ends under the name of what we waited for."""
    watchdog = Watchdog(LIMITS, 1000)
    watchdog.enter(phase, 1000)

    assert watch(watchdog, 2000) == [
        (1000 + limit / 2, f"stalled: {phase}"),
        (1000 + limit, f"end: {phase}"),
    ]


def test_total() -> None:
    """Who talks without an end is told before the time in all is over."""
    watchdog, said = Watchdog(LIMITS, 0), []
    for now in range(1, 120):
        watchdog.enter("idle", now)
        said += watch(watchdog, now)

    assert said[:2] == [(90, "stalled: total"), (100, "end: total")]


def test_word() -> None:
    """A word ends a silence; the next one is told again."""
    watchdog = Watchdog(LIMITS, 0)
    watchdog.enter("idle", 0)
    assert watch(watchdog, 15) == [(15, "stalled: idle")]

    watchdog.last_event_at = 20

    assert watch(watchdog, 50) == [(35, "stalled: idle"), (50, "end: idle")]


def test_early() -> None:
    """Looking early says nothing and changes nothing."""
    watchdog = Watchdog(LIMITS, 0)

    assert watchdog.check(1) is None
    assert watchdog.due == 5


def test_late() -> None:
    """Looking late ends it at once, with the facts."""
    with pytest.raises(GenerationTimeout) as caught:
        Watchdog(LIMITS, 0).check(12)

    assert (caught.value.phase, caught.value.message) == ("accept", "Upstream silent for 12s (accept)")


def test_notice() -> None:
    """The notice counts in milliseconds."""
    assert Watchdog(LIMITS, 0).check(5) == Progress(
        "stalled", silent_ms=5000, limit_ms=10000, reason="accept"
    )


@given(
    st.floats(0, 1e6),
    st.lists(
        st.tuples(st.floats(0.001, 60), st.sampled_from(["accept", "first_event", "idle", None])), max_size=8
    ),
)
def test_always_ends(start: float, heard: list[tuple[float, str | None]]) -> None:
    """Whatever is heard, ``due`` moves on, a notice comes before the end, and the end comes in time."""
    watchdog, now, said = Watchdog(LIMITS, start), start, []
    for pause, phase in heard:
        now += pause
        said += watch(watchdog, now)
        if said and said[-1][1].startswith("end"):
            break
        if phase is None:
            watchdog.last_event_at = now
        else:
            watchdog.enter(phase, now)
    else:
        said += watch(watchdog, start + 1000)

    notices, (end, what) = said[:-1], said[-1]
    assert end <= start + LIMITS.total
    assert f"stalled: {what.removeprefix('end: ')}" in [text for _, text in notices]
