"""Plays the steps of a script in their time, and turns them into the events of a run."""

import math
from collections.abc import Callable, Generator, Iterator, Sequence

from propactor.testing.gateway.run_events import RunEvents
from propactor.testing.gateway.run_state import Ending
from propactor.testing.gateway.scheduler import Scheduler, Timer
from propactor.testing.steps import (
    Disconnect,
    Fail,
    Hang,
    Restart,
    Retry,
    Say,
    Step,
    Tell,
    Think,
    UseTool,
    Wait,
    pieces,
)


class ScriptPlayer:
    """Plays one script, from `start` until it has ended or is closed.

    A step's time counts from when the step before it was due, not from when it was done: a run that is late
    catches up.
    """

    def __init__(
        self,
        script: Sequence[Step],
        events: RunEvents,
        scheduler: Scheduler,
        *,
        act: Callable[[Disconnect | Restart], None],
        on_end: Callable[[Ending], None],
    ) -> None:
        """Play nothing yet.

        Args:
            script: the steps.
            events: is told of each step.
            scheduler: the clock.
            act: does what a step asks for that isn't an event of the run.
            on_end: called with the ending when the script is over.
        """
        self._script, self._events, self._scheduler = script, events, scheduler
        self._act, self._on_end = act, on_end
        self._steps = self._play()
        self._due = self._begun_at = 0.0
        self._stored = 0
        self._timer: Timer | None = None

    @property
    def unstored(self) -> Sequence[Step]:
        """Return the steps since the last tool answered: what of a run isn't in its session yet."""
        return self._script[self._stored :]

    def start(self, begun_at: float) -> None:
        """Play what is due, as a run that has begun at some time of the scheduler's clock."""
        self._due = self._begun_at = begun_at
        self._go_on()

    def close(self) -> None:
        """Play no more."""
        self._steps.close()
        if self._timer:
            self._timer.cancel()

    def _go_on(self) -> None:
        """Play until something has to be waited for."""
        try:
            self._due = next(self._steps)
        except StopIteration as end:
            self._on_end(end.value)
        else:
            self._timer = self._scheduler.at(self._due, self._go_on)

    def _play(self) -> Generator[float, None, Ending]:
        """Play the steps, yielding when to go on."""
        self._events.start()
        for index, step in enumerate(self._script):
            if step.at is not None:
                yield max(self._due, self._begun_at + step.at)
            if isinstance(step, Fail):
                yield from self._fail(step)
                return self._events.fail(step.message)
            yield from self._perform(step)
            if isinstance(step, UseTool):
                self._stored = index + 1
        return self._events.finish()

    def _perform(self, step: Step) -> Iterator[float]:
        """Do one step; those that take time yield."""
        match step:
            case Think() | Say():
                yield from self._speak(step)
            case UseTool():
                self._events.start_tool(step)
                yield self._due + step.seconds
                self._events.end_tool(step)
            case Wait():
                yield self._due + step.seconds
            case Retry():
                yield from self._retry(step.message, step.pause, attempt=1)
            case Tell(stream, data):
                self._events.emit(stream, data)
            case Disconnect():
                self._act(step)
            case Hang() | Restart():
                yield self._hang(step)

    def _hang(self, step: Hang | Restart) -> float:
        """Never go on: a run that a restart takes with it doesn't end either."""
        if isinstance(step, Restart):
            self._act(step)
        return math.inf

    def _speak(self, step: Think | Say) -> Iterator[float]:
        """Tell a text piece by piece, or at once."""
        tell = self._events.think if isinstance(step, Think) else self._events.say
        if step.rate is None:
            tell(step.text)
            return
        for piece in pieces(step.text):
            tell(piece)
            yield self._due + 1 / step.rate

    def _retry(self, message: str, pause: float, attempt: int) -> Iterator[float]:
        self._events.retry(message, attempt)
        yield self._due + pause
        self._events.start()

    def _fail(self, step: Fail) -> Iterator[float]:
        """Make all attempts but the last."""
        for attempt in range(1, step.attempts):
            yield from self._retry(step.message, step.pause, attempt)
