"""How runs at the gateway are asked for, and how long is waited for what."""

from dataclasses import dataclass, field

from propactor.settings.tables import Gateway, Timeouts, UpstreamOrder


@dataclass(frozen=True, slots=True)
class Options:
    """The settings tables that the adapter reads, and the times that aren't settings. All are in seconds.

    Args:
        gateway: Who is asked, how, and how long a run waits for a gateway that was lost (``rejoin_seconds``).
        timeouts: Until a run is given up.
        upstream: When stored messages are read because no event comes (``detect_ms``).
        connect_wait: For how long a run waits for a connection that is known to be absent: it may be just
            coming back. Short, for readers see nothing meanwhile, and another upstream can take over.
        successor_wait: How long a gateway that was restarted may take to begin an interrupted run anew: it
            begins one when the one before has ended.
        poll_interval: How often stored messages are read, where nobody tells of new ones.
        call_timeout: For the answer to a request about a session or a run.
        end_margin: How long after its time limit a run may still report its end.
    """

    gateway: Gateway = field(default_factory=Gateway)
    timeouts: Timeouts = field(default_factory=Timeouts)
    upstream: UpstreamOrder = field(default_factory=UpstreamOrder)
    connect_wait: float = 3.0
    successor_wait: float = 60.0
    poll_interval: float = 1.0
    call_timeout: float = 5.0
    end_margin: float = 5.0

    @property
    def detect(self) -> float:
        """Return after how many seconds without an event the stored messages are read."""
        return self.upstream.detect_ms / 1000
