"""How runs are asked for, and how long we wait for what."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """How runs are asked for. Times are in seconds."""

    agent_id: str = "dev"
    thinking: str | None = "medium"
    accept: float = 15.0
    rejoin: float = 3.0
    """How long to wait for a connection that is known to be lost: it may be just coming back."""
    lost: float = 60.0
    """How long a run that has lost its connection waits for another: the run goes on at the gateway."""
    resume: float = 60.0
    """How long a gateway that was restarted may take to begin an interrupted run anew: it begins one when the
    one before has ended."""
    detect: float = 3.0
    """How long a run may go without an event before its stored messages are read instead."""
    poll: float = 1.0
    """How often they are read, where nobody tells of new ones."""
    total: float = 120.0
    call: float = 5.0
    stop: float = 2.0
    margin: float = 5.0
    """How long after its time limit a run may still report its end."""
    delete_to_stop: bool = True
    state_dir: str = ""
    """The gateway's state directory on this machine; where there is none, what the gateway says is tried."""
