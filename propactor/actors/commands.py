"""What a generation's actor can be told besides an upstream's events; private to the actor's own files."""

from dataclasses import dataclass

from propactor.core.errors import PropactorError
from propactor.core.events import Result
from propactor.core.upstream import Reply, Run


class Command:
    """A message that is not an event of an upstream."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Begin(Command):
    """The first upstream may be asked."""


@dataclass(frozen=True, slots=True)
class Cancel(Command):
    """Somebody wants this generation to end."""

    error: PropactorError


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
class Parsed(Command):
    """The text has been read."""

    result: Result


@dataclass(frozen=True, slots=True)
class Stopped(Command):
    """An upstream has answered to being stopped, or hasn't in time."""

    confirmed: bool
