"""The table: walked from end to end, as the machine runs it."""

from itertools import product

import pytest

from propactor.core.machine import (
    GENERATION,
    TRANSITIONS,
    Lifecycle,
    MachineError,
    Row,
    State,
    Table,
    runner,
)

TRIGGERS = sorted({row.trigger for row in TRANSITIONS})
TABLE = {(row.source, row.trigger): row.dest for row in TRANSITIONS}


def at(state: str) -> Lifecycle:
    """Return a lifecycle in some state."""
    lifecycle = Lifecycle()
    lifecycle.state = state
    return lifecycle


@pytest.mark.parametrize(("source", "trigger"), sorted(TABLE))
def test_row(source: str, trigger: str) -> None:
    """Each row leads where it says."""
    lifecycle = at(source)

    assert lifecycle.fire(trigger) == lifecycle.state == TABLE[source, trigger]


@pytest.mark.parametrize(("state", "trigger"), sorted(set(product(State, TRIGGERS)) - set(TABLE)))
def test_no_row(state: str, trigger: str) -> None:
    """What isn't in the table can't happen, and changes nothing."""
    lifecycle = at(state)

    with pytest.raises(MachineError):
        lifecycle.fire(trigger)

    assert lifecycle.state == state


def test_unknown_trigger() -> None:
    """A trigger no row has is refused like one without a row for this state."""
    with pytest.raises(MachineError, match="no trigger 'explode'"):
        Lifecycle().fire("explode")


def test_table() -> None:
    """Rows are unambiguous, every state is in the table, and all begins and ends where it says."""
    assert len(TABLE) == len(TRANSITIONS)
    assert GENERATION.states == tuple(State)
    assert GENERATION.initial == Lifecycle().state == State.STARTED
    assert not [row for row in TRANSITIONS if row.source == GENERATION.final]


@pytest.mark.parametrize("state", list(State))
def test_way_out(state: str) -> None:
    """Every state can be reached, and from every state the end can."""
    assert state in _reachable(GENERATION.initial)
    assert GENERATION.final in _reachable(state)


def _reachable(state: str) -> set[str]:
    found = {state}
    while more := {row.dest for row in TRANSITIONS if row.source in found} - found:
        found |= more
    return found


def test_ending_order() -> None:
    """Only a result or an error leads to done, and nothing but done follows them."""
    assert {row.source for row in TRANSITIONS if row.dest == State.DONE} == {State.RESULT, State.ERROR}
    assert {row.dest for row in TRANSITIONS if row.source in (State.RESULT, State.ERROR)} == {State.DONE}


def test_own_place() -> None:
    """Lifecycles share a machine, not a state."""
    first, second = Lifecycle(), Lifecycle()

    first.fire("stream")

    assert (first.state, second.state) == (State.STREAMING, State.STARTED)


def test_other_table() -> None:
    """Two tables are two machines, even under one name."""
    door = Table("generation", "open", "shut", (Row("close", "open", "shut"),))

    assert Lifecycle(door).fire("close") == "shut"
    assert Lifecycle().fire("fail") == State.ERROR
    assert runner(door).states.keys() == {"open", "shut"}
