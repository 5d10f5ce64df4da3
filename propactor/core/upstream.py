"""The shape of an adapter: what is asked of it, what it says, how it is stopped, what a probe of it finds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from propactor.core.events import Event, Result, Source

SHARE = 0.9
"""How much of the time to be accepted an upstream may use; who waited longer would call it silence."""


class Emit(Protocol):
    """Takes what a run says. Neither call waits, and both may be made after the run was stopped: in vain."""

    def __call__(self, event: Event) -> None:
        """Take an event."""
        ...

    def text(self, piece: str, at: int | None = None) -> None:
        """Take a piece of text, as ``TextDelta(piece, source=…, at=at)`` of the upstream's own source.

        No object is made for a piece that will be joined with its neighbours.

        Args:
            piece: The text, not empty.
            at: When the upstream wrote it, in milliseconds since the epoch.
        """
        ...


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """What one generation asks for; ``debug`` is already what the server allows this caller."""

    request_id: str
    job_id: str
    prompt: str
    name: str
    use_ai: bool = True
    debug: bool = False
    model: str | None = None
    keep_running: bool = False
    """True when the generation shall finish although nobody reads."""


@dataclass(frozen=True, slots=True)
class Reply:
    """How a run ended well.

    ``text`` is the text to read, or None when the deltas already said it all; ``result`` is there when the
    upstream knows what there is to be read.
    """

    text: str | None = None
    result: Result | None = None


class Run(Protocol):
    """One generation at one upstream."""

    async def finish(self) -> Reply:
        """Drive the run to its end, emitting events on the way.

        Raises:
            UpstreamFault: the upstream failed; the class says how.
        """
        ...

    async def stop(self) -> bool:
        """Ask the upstream to stop, read its answer, and say whether it confirmed. Never raises."""
        ...


class Upstream(Protocol):
    """A source of generations."""

    name: str
    source: Source

    def problem(self) -> Exception | None:
        """Return why this upstream can't take a generation now, or None when it can."""
        ...

    def begin(self, request: GenerationRequest, emit: Emit) -> Run:
        """Make a run. Asks nothing of the upstream yet, so it can't fail."""
        ...

    def session_key(self, request: GenerationRequest) -> str | None:
        """Name the upstream's session for this request, where it has one."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether something works with an upstream, how, and what would make it better.

    Args:
        what: What it is about, such as "thoughts".
        verdict: Whether it works; a note is neither good nor bad.
        detail: How it works, or why it doesn't.
        remedy: What to do for more, if anything can be done.
    """

    what: str
    verdict: Literal["yes", "partly", "no", "note"]
    detail: str
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an upstream can't be used, by the ``code`` of an error, and what may help."""

    code: str
    message: str
    remedy: str | None = None


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """What one look at an upstream found, for ``propactor check``.

    Args:
        facts: What is known of it, for programs.
        lines: The same for people: texts by their labels. The first says what it is, and where.
        findings: What it will and won't stream.
        trouble: Why it can't be used, if it can't.
    """

    facts: Mapping[str, object]
    lines: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    trouble: Trouble | None = None
