"""The limits that the core is given: what it needs of the settings, whoever keeps them."""

from typing import Protocol


class TimeLimits(Protocol):
    """Seconds until an upstream is given up; the settings' table ``[timeouts]`` is one of these."""

    @property
    def accept(self) -> float:
        """Return the seconds until it must accept the request."""
        ...

    @property
    def first_event(self) -> float:
        """Return the seconds from there to its first word, thought or tool."""
        ...

    @property
    def idle(self) -> float:
        """Return the seconds between two events."""
        ...

    @property
    def total(self) -> float:
        """Return the seconds in all."""
        ...
