"""The link's table of states."""

import pytest

from propactor.adapters.openclaw.connection.link_status import LINK, LinkState
from propactor.core.machine import Lifecycle, MachineError


def test_states() -> None:
    """The table knows every state, and leads out of each but the last."""
    assert set(LINK.states) == set(LinkState)
    assert {row.source for row in LINK.rows} == set(LinkState) - {LinkState.STOPPED}


def test_stop_from_anywhere() -> None:
    """Whatever the link is doing, it can be stopped."""
    stops = {row.source for row in LINK.rows if row.trigger == "stop"}

    assert stops == set(LinkState) - {LinkState.STOPPED}


def test_walk() -> None:
    """A link connects, loses, waits and connects again; it is never ready without an introduction."""
    life = Lifecycle(LINK)

    walked = [life.fire(trigger) for trigger in ("dial", "greet", "accept", "lose", "dial", "lose", "dial")]

    assert walked[2:4] == [LinkState.READY, LinkState.BACKING_OFF]
    with pytest.raises(MachineError):
        life.fire("accept")
