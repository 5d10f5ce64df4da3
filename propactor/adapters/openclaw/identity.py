"""Is the gateway still the process it was? What it remembers is gone with it."""

from dataclasses import dataclass

from propactor.adapters.openclaw.capabilities import Hello

_CLOCKS = 3.0
"""Seconds by which two readings of when a process began may differ; none is restarted faster."""


@dataclass(frozen=True, slots=True)
class GatewayIdentity:
    """One life of a gateway: its id (2026.7 and later), or when it began, on our clock."""

    boot_id: str | None = None
    began_at: float | None = None

    def is_same(self, other: "GatewayIdentity") -> bool:
        """Tell whether both are known to be one life; where neither can be known, they are not."""
        if self.boot_id is not None or other.boot_id is not None:
            return self.boot_id == other.boot_id
        if self.began_at is None or other.began_at is None:
            return False
        return abs(self.began_at - other.began_at) < _CLOCKS


def boot(hello: Hello, now: float) -> GatewayIdentity:
    """Return the life that a gateway is in, as it says at ``now``."""
    return GatewayIdentity(hello.boot_id, None if hello.uptime is None else now - hello.uptime)
