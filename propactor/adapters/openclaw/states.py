"""The life of the link to the gateway as one table, run and drawn like a generation's."""

from enum import StrEnum

from propactor.core.machine import Row, Table


class LinkState(StrEnum):
    """Where the link is."""

    DISCONNECTED = "disconnected"
    CONNECTING = "connecting"
    AUTHENTICATING = "authenticating"
    READY = "ready"
    BACKING_OFF = "backing_off"
    STOPPED = "stopped"


TRANSITIONS: tuple[Row, ...] = (
    Row("dial", LinkState.DISCONNECTED, LinkState.CONNECTING),
    Row("greet", LinkState.CONNECTING, LinkState.AUTHENTICATING),
    Row("accept", LinkState.AUTHENTICATING, LinkState.READY),
    Row("lose", LinkState.CONNECTING, LinkState.BACKING_OFF),
    Row("lose", LinkState.AUTHENTICATING, LinkState.BACKING_OFF),
    Row("lose", LinkState.READY, LinkState.BACKING_OFF),
    Row("dial", LinkState.BACKING_OFF, LinkState.CONNECTING),
    Row("stop", LinkState.DISCONNECTED, LinkState.STOPPED),
    Row("stop", LinkState.CONNECTING, LinkState.STOPPED),
    Row("stop", LinkState.AUTHENTICATING, LinkState.STOPPED),
    Row("stop", LinkState.READY, LinkState.STOPPED),
    Row("stop", LinkState.BACKING_OFF, LinkState.STOPPED),
)
LINK = Table("link", LinkState.DISCONNECTED, LinkState.STOPPED, TRANSITIONS)
