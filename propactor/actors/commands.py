"""What a generation's actor is told beside the events of an upstream."""

from dataclasses import dataclass
from typing import Literal

from propactor.core.errors import Cancelled, PropactorError, ServiceStopping
from propactor.core.events import Result
from propactor.core.upstream import Reply, Run

CancelReason = Literal["asked", "abandoned", "stopping"]
_ENDINGS: dict[CancelReason, tuple[type[PropactorError], str]] = {
    "asked": (Cancelled, "The generation was cancelled."),
    "abandoned": (Cancelled, "Nobody was reading any more."),
    "stopping": (ServiceStopping, "The service is stopping."),
}
"""What readers are told, by why a generation is ended from outside."""


class Command:
    """A message to a generation's actor that is not an event of an upstream."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Replied(Command):
    """A run ended well."""

    run: Run
    reply: Reply


@dataclass(frozen=True, slots=True)
class Failed(Command):
    """A run failed, or, without one, the reading of its text."""

    run: Run | None
    error: PropactorError


@dataclass(frozen=True, slots=True)
class Stopped(Command):
    """An upstream has answered to being stopped, or hasn't in time."""

    confirmed: bool


@dataclass(frozen=True, slots=True)
class Begin(Command):
    """The first upstream may be asked."""


@dataclass(frozen=True, slots=True)
class Cancel(Command):
    """Somebody wants this generation to end."""

    reason: CancelReason

    @property
    def error(self) -> PropactorError:
        """Return what readers are told."""
        cls, message = _ENDINGS[self.reason]
        return cls(message)


@dataclass(frozen=True, slots=True)
class Parsed(Command):
    """The text has been read."""

    result: Result
