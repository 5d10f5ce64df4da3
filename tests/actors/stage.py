"""A stage for generations: upstreams that do what a test tells them, and readers."""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Literal

from propactor.actors.generation_actor import GenerationActor
from propactor.actors.rules import ActorRules, SupervisorRules
from propactor.actors.supervisor import Supervisor
from propactor.core.events import Done, Event, Progress, Source, Started, TextDelta
from propactor.core.generation import Rules
from propactor.core.sse import Entry
from propactor.core.upstream import Emit, GenerationRequest, Reply, Upstream
from propactor.core.watchdog import TimeLimits
from propactor.metrics import Metrics

PROP = '/* PARTS_DATA\n[{"type": "box", "args": [1, 1, 1], "color": "red"}]\nPARTS_DATA */'
LIMITS = TimeLimits(accept=10, first_event=20, idle=30, total=100)
RULES = ActorRules(generation=Rules(time=LIMITS), grace=10, stop_seconds=2)
MIDDLE = " thinking| tool_call| tool_result| text_delta| part| progress"
GRAMMAR = re.compile(f"started({MIDDLE})*( result| error) done")

Answer = Literal["confirmed", "unconfirmed", "silence", "defect"]


class Run:
    """A run that a test drives."""

    def __init__(self, emit: Emit, answer: Answer) -> None:
        self.say = emit
        self.stops = 0
        self._answer = answer
        self._outcome: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()

    def reply(self, text: str | None = None) -> None:
        """Let the run end well."""
        if not self._outcome.done():
            self._outcome.set_result(Reply(text))

    def fail(self, error: BaseException) -> None:
        """Let the run fail."""
        if isinstance(error, asyncio.CancelledError):
            self._outcome.cancel()
        elif not self._outcome.done():
            self._outcome.set_exception(error)

    async def finish(self) -> Reply:
        """Wait for what the test decides."""
        return await self._outcome

    async def stop(self) -> bool:
        """Answer to being stopped, or don't."""
        self.stops += 1
        if self._answer == "defect":
            raise RuntimeError("a defect of stop")
        if self._answer == "silence":
            await asyncio.Event().wait()
        return self._answer == "confirmed"


@dataclass
class Puppet:
    """An upstream that does what a test tells it."""

    source: Source = "model"
    answer: Answer = "confirmed"
    defect: Exception | None = None
    name: str = "puppet"
    runs: list[Run] = field(default_factory=list)

    @property
    def run(self) -> Run:
        """Return the latest run."""
        return self.runs[-1]

    def problem(self) -> Exception | None:
        """Return None: it can always be asked."""
        return None

    def begin(self, request: GenerationRequest, emit: Emit) -> Run:  # noqa: ARG002  the protocol's
        """Make a run, or fail to."""
        if self.defect is not None:
            raise self.defect
        self.runs.append(Run(emit, self.answer))
        return self.run

    def session_key(self, request: GenerationRequest) -> str | None:  # noqa: ARG002  the protocol's
        """Return None: there are no sessions."""
        return None


class Stage:
    """A supervisor with its metrics, and generations on it."""

    def __init__(self, rules: SupervisorRules) -> None:
        self.metrics = Metrics()
        self.supervisor = Supervisor(rules, self.metrics)
        self._numbers = itertools.count(1)

    def create(self, *upstreams: Upstream, keep_running: bool = False) -> GenerationActor:
        """Create a generation that asks nothing yet."""
        name = f"r{next(self._numbers)}"
        request = GenerationRequest(name, f"j{name}", "a box", "Box", keep_running=keep_running)
        return self.supervisor.create(request, upstreams, Started("j", "/e", "/s", 1))

    async def begin(self, *upstreams: Upstream, keep_running: bool = False) -> GenerationActor:
        """Create a generation that somebody reads, and let it ask its first upstream."""
        actor = self.create(*upstreams, keep_running=keep_running)
        actor.subscribe()
        actor.launch()
        await soon()
        return actor

    def count(self, name: str, **labels: str) -> float:
        """Return a value of the metrics, 0 where there is none."""
        return self.metrics.registry.get_sample_value(name, labels) or 0.0


@asynccontextmanager
async def stage(actor: ActorRules = RULES, **rules: object) -> AsyncIterator[Stage]:
    """Set up a stage; at the end all generations on it must end."""
    stage = Stage(replace(SupervisorRules(actor), **rules))  # type: ignore[arg-type]  # as the caller names them
    try:
        yield stage
    finally:
        await stage.supervisor.drain(0)
    assert not stage.supervisor.live


async def soon() -> None:
    """Let all that can happen now happen; in virtual time that takes a moment of no length to speak of."""
    await asyncio.sleep(1e-4)


def journal(actor: GenerationActor) -> list[Entry]:
    """Return what a generation has said, to a reader that looks late."""
    return list(actor.journal.after(actor.journal.first - 1))


def told(actor: GenerationActor) -> list[Event]:
    """Return the events a generation has said."""
    return [entry.event for entry in journal(actor)]


def kinds(actor: GenerationActor) -> str:
    """Return the names of what a generation has said."""
    return " ".join(entry.kind for entry in journal(actor))


def text(told: Iterable[Event]) -> str:
    """Return the text that a reader has in the end."""
    joined = ""
    for event in told:
        if isinstance(event, TextDelta):
            joined = event.delta if event.replace else joined + event.delta
    return joined


def done(actor: GenerationActor) -> Done:
    """Return the end of a generation."""
    event = told(actor)[-1]
    assert isinstance(event, Done)
    return event


def phases(actor: GenerationActor) -> list[str]:
    """Return the notices of a generation."""
    return [event.phase for event in told(actor) if isinstance(event, Progress)]


def check_ended(actor: GenerationActor) -> None:
    """Check the promise: one beginning, one outcome, done, and numbers without a gap."""
    assert GRAMMAR.fullmatch(kinds(actor)), kinds(actor)
    assert [entry.seq for entry in journal(actor)] == list(range(1, actor.journal.head + 1))
    assert actor.journal.closed
    assert actor.mailbox.closed
