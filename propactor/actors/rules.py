"""The limits that generations live by, and the reasons for which one is ended from outside."""

from dataclasses import dataclass, field
from typing import Literal

from propactor.core.errors import Cancelled, PropactorError, ServiceStopping
from propactor.core.generation import Rules

CancelReason = Literal["asked", "abandoned", "stopping"]


@dataclass(frozen=True, slots=True)
class ActorRules:
    """The limits of a generation and of what holds it; times in seconds."""

    generation: Rules = field(default_factory=Rules)
    grace: float = 10.0
    stop_seconds: float = 2.0
    mid_run: bool = True
    """Whether to move on from an upstream that fails although it had begun to speak."""
    mailbox_messages: int = 1024
    mailbox_bytes: int = 4 * 2**20
    journal_entries: int = 4096
    journal_bytes: int = 2 * 2**20


@dataclass(frozen=True, slots=True)
class SupervisorRules:
    """How many generations may live, and how long and how much of the finished ones is kept."""

    actor: ActorRules
    generations: int = 2000
    retain_seconds: float = 600.0
    retained: int = 500
    retained_bytes: int = 128 * 2**20


_ENDINGS: dict[CancelReason, tuple[type[PropactorError], str]] = {
    "asked": (Cancelled, "The generation was cancelled."),
    "abandoned": (Cancelled, "Nobody was reading any more."),
    "stopping": (ServiceStopping, "The service is stopping."),
}


def ending(reason: CancelReason) -> PropactorError:
    """Return what readers are told when a generation is ended for this reason."""
    cls, message = _ENDINGS[reason]
    return cls(message)
