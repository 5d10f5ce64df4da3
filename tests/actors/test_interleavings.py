"""Any interleaving of upstreams, readers, clocks, cancels, defects and shutdown ends in the one way."""

import asyncio
import itertools
import logging
import re
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from propactor.actors.generation_actor import GenerationActor
from propactor.actors.journal import Subscription
from propactor.core.errors import GatewayUnavailable, InvalidModelOutput, UpstreamError
from propactor.core.events import Done, Error, Event, Progress, Stats, TextDelta, Thinking, ToolCall
from propactor.core.generation import Generation
from propactor.core.prop import parser
from tests.support.actor_harness import (
    MIDDLE,
    PROP,
    ActorHarness,
    FakeUpstream,
    Run,
    check_ended,
    harness,
    journal,
    kinds,
    soon,
    text,
    told,
)
from tests.support.entries import body_of, events_of, outcome_of
from tests.support.virtual import VirtualLoop, nothing_left

SO_FAR = re.compile(f"started({MIDDLE})*(( result| error)( done)?)?")
MAKERS: dict[str, Callable[[str], Event]] = {
    "text": TextDelta,
    "over": lambda name: TextDelta(name, replace=True),
    "thought": lambda name: Thinking(name, name),
    "tool": lambda name: ToolCall("read", name),
    "notice": lambda name: Progress("queued", message=name),
    "long text": lambda name: TextDelta(name * 500),
}
SAYINGS = st.lists(st.sampled_from(["piece", *sorted(MAKERS)]), min_size=1, max_size=12)
FAULTS = [UpstreamError("died"), GatewayUnavailable("down"), InvalidModelOutput("nonsense")]
DEFECTS = [RuntimeError("boom"), asyncio.CancelledError()]
ENDS = st.sampled_from([PROP, "no prop", None, *FAULTS, *FAULTS, *DEFECTS])
UNSAYABLE = (
    Done(True, 1, Stats(1, 1, 1, 1, 1, 1, 1)),
    Error("C", "m", True),
    TextDelta("x", raw=object()),
)
CALLS = (
    "receive",
    "tick",
    "parse",
    "succeed",
    "fail",
    "fall_back",
    "ask",
    "close",
    "append",
    "_receive_text",
    "_note_activity",
    "_step",
)
PUPPETS = st.builds(
    FakeUpstream,
    st.sampled_from(["model", "gateway", "template"]),
    st.sampled_from(["confirmed", "unconfirmed", "silence", "defect"]),
    st.sampled_from([None] * 9 + [RuntimeError("can't begin")]),
)
DELAYS = st.sampled_from([0.001, 0.001, 0.05, 0.05, 1.0, 9.0, 11.0, 31.0, 101.0])


class Interleavings(RuleBasedStateMachine):
    """One generation on a stage of its own, in virtual time."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.runner = asyncio.Runner(loop_factory=VirtualLoop)
        self.stack = AsyncExitStack()
        self.puppets: Sequence[FakeUpstream] = ()
        self.readers: list[tuple[Subscription, list[Event]]] = []
        self.broken = False  # one defect at a time
        self.on: ActorHarness
        self.actor: GenerationActor

    @property
    def runs(self) -> list[Run]:
        """Return the runs so far, in the order in which they were begun."""
        return [run for upstream in self.puppets for run in upstream.runs]

    def let(self, act: Callable[..., object], *args: object) -> None:
        """Let something happen, and all that follows from it at once."""

        async def whole() -> None:
            happening = act(*args)
            if isinstance(happening, Coroutine):
                await happening
            await soon()

        self.runner.run(whole())

    @initialize(
        puppets=st.lists(PUPPETS, min_size=1, max_size=3),
        small=st.booleans(),
        keep=st.booleans(),
        launch=st.sampled_from([True, True, True, False]),
    )
    def create(self, puppets: list[FakeUpstream], small: bool, keep: bool, launch: bool) -> None:
        """Create a generation that somebody reads, with room for much or for little; begin it, mostly."""
        limits = {"mailbox_messages": 8, "mailbox_bytes": 2000} if small else {}

        async def create() -> None:
            self.on = await self.stack.enter_async_context(harness(limits=limits))
            self.actor = self.on.create(*puppets, keep_running=keep)
            self.readers.append((self.actor.readers.subscribe(), []))
            if launch:
                self.actor.launch()

        self.puppets, self.broken = puppets, any(upstream.defect for upstream in puppets)
        self.let(create)

    @rule(data=st.data(), sayings=SAYINGS, ends=st.none() | ENDS)
    def speak(self, data: st.DataObject, sayings: list[str], ends: str | BaseException | None) -> None:
        """Let a run say things, all at once, and end; it may be one that was given up long ago.

        The first upstream is asked when one is to speak. What it says is made of the letter A, and so on.
        """
        self.let(self.actor.launch)
        if not self.runs:
            return
        place = data.draw(st.sampled_from([-1, -1, 0])) % len(self.runs)
        run, letter = self.runs[place], "ABC"[place]

        def speak() -> None:
            for saying in sayings:
                if saying == "piece":
                    run.say.text(letter)
                else:
                    run.say(MAKERS[saying](letter))
            if isinstance(ends, BaseException):
                run.fail(ends)
            elif ends is not None:
                run.reply(ends)

        self.let(speak)

    @rule(delay=DELAYS)
    def wait(self, delay: float) -> None:
        """Let time pass."""
        self.let(asyncio.sleep, delay)

    @rule(join=st.booleans(), leave=st.booleans())
    def read(self, join: bool, leave: bool) -> None:
        """Let a reader come, the oldest take what there is, and go perhaps."""
        if join or not self.readers:
            self.let(self._join)
        subscription, got = self.readers[0]
        got += events_of(subscription.take().data)
        if leave:
            self.let(self.actor.readers.unsubscribe, self.readers.pop(0)[0])

    def _join(self) -> None:
        self.readers.append((self.actor.readers.subscribe(), []))

    @rule(
        strike=st.sampled_from(
            ["cancel", "drain", "misbehave", "misbehave", "core", "core", "core", "parser"]
        ),
        data=st.data(),
    )
    def strike(self, strike: str, data: st.DataObject) -> None:
        """Let something hit it from outside, or break inside."""
        match strike:
            case "cancel":
                self.let(self.actor.cancel, data.draw(st.sampled_from(["asked", "abandoned", "stopping"])))
            case "drain":
                self.let(self.on.supervisor.drain, data.draw(st.sampled_from([0, 5, 50])))
                check_ended(self.actor)
            case "misbehave" if self.runs and not self.broken:
                self.broken = True
                self.let(self.runs[-1].say, data.draw(st.sampled_from(UNSAYABLE)))
            case "core" if not self.broken:
                self._break_once(data.draw(st.sampled_from(CALLS)))
            case "parser":
                self.patch.setattr(parser, "parse", _broken)

    def _break_once(self, call: str) -> None:
        real, self.broken = getattr(Generation, call), True

        def once(*args: object, **kwargs: object) -> object:
            if not self.broken:
                return real(*args, **kwargs)
            self.broken = False
            return _broken(*args, **kwargs)

        self.patch.setattr(Generation, call, once)

    @invariant()
    def in_order(self) -> None:
        """What has been said is the beginning of a proper stream, and each upstream speaks in its turn."""
        if not hasattr(self, "actor"):
            return
        said = kinds(self.actor)
        assert SO_FAR.fullmatch(said), said
        assert [body_of(frame)["seq"] for frame in journal(self.actor)] == list(
            range(1, self.actor.journal.head + 1)
        )
        assert (
            said.endswith("done") == self.actor.journal.closed == (self.actor not in self.on.supervisor.live)
        )
        letters = [letter for event in told(self.actor) for letter in _letters(event)]
        assert letters == sorted(letters)
        assert len(set(text(told(self.actor)))) <= 1

    def teardown(self) -> None:
        """Let it end by itself, or by a cancel if nothing was asked; then look at all of it."""
        try:
            if hasattr(self, "actor"):
                self.let(self._end)
        finally:
            self.patch.undo()
            loop = self.runner.get_loop()
            assert isinstance(loop, VirtualLoop)
            loop.threads += 1  # to close it, real threads are waited for
            self.runner.close()

    async def _end(self) -> None:
        if self.actor.launched:
            await asyncio.sleep(3 * 100 + 30)  # three upstreams, each at its time limit
        else:
            self.actor.cancel()
            await soon()
        check_ended(self.actor)
        self._check_readers()
        await self.stack.aclose()
        await nothing_left()

    def _check_readers(self) -> None:
        assert outcome_of(self.actor.generation) == told(self.actor)[-2]
        for subscription, got in self.readers:
            got += events_of(subscription.take().data)
            assert subscription.at_end
            assert text(got) == text(told(self.actor))
            assert got[-1] == told(self.actor)[-1]


def _letters(event: Event) -> set[str]:
    """Return whose words an event carries."""
    said = getattr(event, "delta", getattr(event, "tool_call_id", getattr(event, "block_id", "")))
    return set(itertools.filterfalse("123".__contains__, said))


def _broken(*_: object, **__: object) -> object:
    raise RuntimeError("boom")


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Keep the tracebacks of injected defects out of the report."""
    caplog.set_level(logging.CRITICAL, logger="propactor")


TestInterleavings = Interleavings.TestCase
TestInterleavings.settings = settings(
    max_examples=150, stateful_step_count=20, deadline=None, report_multiple_bugs=False
)
