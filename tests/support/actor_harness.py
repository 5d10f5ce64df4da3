"""A harness for generations: upstreams that do what a test tells them, and readers."""

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Literal

import pytest

from propactor.actors.commands import Command
from propactor.actors.generation_actor import POLICY, GenerationActor
from propactor.actors.mailbox import Mailbox, TextWindow
from propactor.actors.supervisor import Supervisor
from propactor.core.entries import kind_of
from propactor.core.events import Done, Error, Event, Progress, Result, Source, Started, TextDelta
from propactor.core.generation import Generation
from propactor.core.upstream import Emit, GenerationRequest, Reply, Upstream
from propactor.metrics import Metrics
from propactor.settings import Settings
from tests.support.entries import body_of, events_of, outcome_of

PROP = '/* PARTS_DATA\n[{"type": "box", "args": [1, 1, 1], "color": "red"}]\nPARTS_DATA */'
TIMEOUTS = {"accept": 10, "first_event": 20, "idle": 30, "total": 100}
SETTINGS = Settings.model_validate({"timeouts": TIMEOUTS})
GRACE = SETTINGS.stream.disconnect_grace_seconds
WINDOW = SETTINGS.stream.coalesce_ms / 1000
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
class FakeUpstream:
    """An upstream that does what a test tells it."""

    source: Source = "model"
    answer: Answer = "confirmed"
    defect: Exception | None = None
    name: str = "upstream"
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


class ActorHarness:
    """A supervisor with its metrics, and generations on it."""

    def __init__(self, settings: Settings = SETTINGS) -> None:
        self.metrics = Metrics()
        self.supervisor = Supervisor(settings, self.metrics)
        self._numbers = itertools.count(1)

    def create(self, *upstreams: Upstream, keep_running: bool = False) -> GenerationActor:
        """Create a generation that asks nothing yet."""
        name = f"r{next(self._numbers)}"
        request = GenerationRequest(name, f"j{name}", "a box", "Box", keep_running=keep_running)
        return self.supervisor.create(request, upstreams, Started("j", "/e", "/s", 1))

    async def begin(self, *upstreams: Upstream, keep_running: bool = False) -> GenerationActor:
        """Create a generation that somebody reads, and let it ask its first upstream."""
        actor = self.create(*upstreams, keep_running=keep_running)
        actor.readers.subscribe()
        actor.launch()
        await soon()
        return actor

    def count(self, name: str, **labels: str) -> float:
        """Return a value of the metrics, 0 where there is none."""
        return self.metrics.registry.get_sample_value(name, labels) or 0.0


@asynccontextmanager
async def harness(**tables: Mapping[str, object]) -> AsyncIterator[ActorHarness]:
    """Set up a harness with settings of its own; at the end all generations in it must end."""
    on = ActorHarness(Settings.model_validate({"timeouts": TIMEOUTS, **tables}))
    try:
        yield on
    finally:
        await on.supervisor.drain(0)
    assert not on.supervisor.live


def mailbox(
    window: float = 0.0, max_messages: int = 1024, max_bytes: int = 2**20
) -> Mailbox[Event | Command]:
    """Return a mailbox for a generation's messages, on the loop's clock."""
    clock = asyncio.get_running_loop().time
    return Mailbox(POLICY, clock, window=window, max_messages=max_messages, max_bytes=max_bytes)


def result_of(actor: GenerationActor) -> Result:
    """Return the result a generation ended with, as readers got it."""
    outcome = outcome_of(actor.generation)
    assert isinstance(outcome, Result)
    return outcome


def error_of(actor: GenerationActor) -> Error:
    """Return the error a generation ended with, as readers got it."""
    outcome = outcome_of(actor.generation)
    assert isinstance(outcome, Error)
    return outcome


def drain(mailbox: Mailbox[Event | Command]) -> list[Event | Command]:
    """Take all that is there; text that was collected as the delta it stands for."""
    taken: list[Event | Command] = []
    while mailbox.pending:
        message = mailbox.take()
        taken.append(POLICY.from_text(message) if isinstance(message, TextWindow) else message)
    return taken


async def soon() -> None:
    """Let all that can happen now happen; in virtual time that takes a moment of no length to speak of."""
    await asyncio.sleep(1e-4)


def journal(actor: GenerationActor) -> list[bytes]:
    """Return what a generation has said, to a reader that looks late."""
    return actor.journal.after(actor.journal.first - 1).data


def told(actor: GenerationActor) -> list[Event]:
    """Return the events a generation has said."""
    return events_of(journal(actor))


def kinds(actor: GenerationActor) -> str:
    """Return the names of what a generation has said."""
    return " ".join(map(kind_of, journal(actor)))


@contextmanager
def broken(generation: Generation, call: str) -> Iterator[None]:
    """Let one of a generation's calls fail, once; its neighbours' don't."""
    real, fail = getattr(Generation, call), iter([True])

    def once(self: Generation, *args: object, **kwargs: object) -> object:
        if self is generation and next(fail, False):
            raise RuntimeError("boom")
        return real(self, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Generation, call, once)
        yield


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
    assert [body_of(frame)["seq"] for frame in journal(actor)] == list(range(1, actor.journal.head + 1))
    assert actor.journal.closed
    assert actor.mailbox.closed
