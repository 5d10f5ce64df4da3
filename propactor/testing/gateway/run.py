"""One run of the fake gateway: plays its steps, and can be stopped at any moment."""

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from propactor.testing.gateway.connection import Connection
from propactor.testing.gateway.frames import Json
from propactor.testing.gateway.protocol_3 import FebruaryVoice
from propactor.testing.gateway.protocol_4 import CurrentVoice
from propactor.testing.gateway.run_events import Ending, Voice
from propactor.testing.gateway.scheduler import Timer
from propactor.testing.gateway.sessions import Session
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

if TYPE_CHECKING:
    from propactor.testing.gateway.server import FakeGateway

VOICES: dict[int, type[FebruaryVoice | CurrentVoice]] = {3: FebruaryVoice, 4: CurrentVoice}
_SETTLING = 0.002
"""How long after a run was stopped its last words come."""


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for, by whom."""

    asker: Connection
    request_id: str
    run_id: str
    message: str
    timeout: float = math.inf
    internal: bool = False
    """Whether the gateway asked itself."""


class Run:
    """Steps through its script, told by the ticker when to go on."""

    def __init__(
        self, gateway: "FakeGateway", session: Session, order: Order, script: Sequence[Step]
    ) -> None:
        self.gateway, self.session, self.order = gateway, session, order
        self.run_id, self.message = order.run_id, order.message
        self.ending: Ending | None = None
        self.wait: Json | None = None
        self.waiters: list[Callable[[Json], None]] = []
        self.started = False
        self._stopped = False
        self._script, self._kept = script, 0
        self._steps = self._play(script)
        self._due = self._begun_at = 0.0
        self._alarms: list[Timer] = []
        self._voice: Voice = VOICES[gateway.profile.protocol](self)

    @property
    def running(self) -> bool:
        """Tell whether there is something to stop."""
        return not self._stopped and self.ending is None

    @property
    def left(self) -> Sequence[Step]:
        """Return the steps since the last tool came back: what of a run isn't stored."""
        return self._script[self._kept :]

    def start(self) -> None:
        """Begin to play."""
        self.started = True
        now = self.gateway.ticker.now()
        self._due = self._begun_at = now
        self._alarms = [
            self.gateway.ticker.at(now, self._go_on),
            self.gateway.ticker.at(now + self.order.timeout, self._time_out),
        ]

    def stop(self) -> bool:
        """Stop the run, its last words follow in a moment; return whether there was something to stop."""
        if not self.running:
            return False
        self.lose()
        self._stopped = True
        self._voice.abort()
        self.gateway.note_abort(self)
        self.gateway.ticker.at(
            self.gateway.ticker.now() + _SETTLING, lambda: self._end(self._voice.aborted())
        )
        return True

    def lose(self) -> None:
        """Play no more, without a word."""
        self._steps.close()
        for timer in self._alarms:
            timer.cancel()
        self._stopped = True

    def store(self, message: Json) -> None:
        """Add a message to the session."""
        self.gateway.archive.store(self, message)

    def resolve_waiters(self, answer: Json) -> None:
        """Answer those who wait for the run."""
        self.wait = self.wait or answer
        while self.waiters:
            self.waiters.pop()(self.wait)

    def _go_on(self) -> None:
        """Play what is due."""
        self._due = next(self._steps, math.inf)
        if self._due < math.inf:
            self._alarms[0] = self.gateway.ticker.at(self._due, self._go_on)

    def _time_out(self) -> None:
        if self.running:
            self.lose()
            self._end(self._voice.time_out())

    def _end(self, ending: Ending) -> None:
        """Send the last response, and let the next run of the session begin."""
        self.ending = ending
        for timer in self._alarms:
            timer.cancel()
        self.resolve_waiters(ending.wait)
        self.order.asker.respond(self.order.request_id, ending.payload, ending.error)
        self.gateway.finish(self)

    def _play(self, script: Sequence[Step]) -> Generator[float, None, None]:
        """Play the steps, yielding when to go on."""
        self.gateway.archive.store_prompt(self)
        self._voice.start()
        for index, step in enumerate(script):
            if step.at is not None:
                yield max(self._due, self._begun_at + step.at)
            if isinstance(step, Fail):
                yield from self._fail(step)
                return
            yield from self._perform(step)
            if isinstance(step, UseTool):
                self._kept = index + 1
        self._end(self._voice.finish())

    def _perform(self, step: Step) -> Iterator[float]:
        """Do one step; those that take time yield."""
        match step:
            case Think() | Say():
                yield from self._pace(step)
            case UseTool():
                self._voice.use(step)
                yield self._due + step.seconds
                self._voice.return_from(step)
            case Wait():
                yield self._due + step.seconds
            case Retry():
                yield from self._retry(step.message, step.pause, attempt=1)
            case Hang() | Restart():
                yield self._fall_silent(step)
            case Tell():
                self._voice.emit(step.stream, step.data)
            case Disconnect():
                self.order.asker.drop()

    def _fall_silent(self, step: Hang | Restart) -> float:
        """Never go on: a run that a restart takes with it doesn't end."""
        if isinstance(step, Restart):
            self.gateway.restart_soon()
        return math.inf

    def _pace(self, step: Think | Say) -> Iterator[float]:
        """Tell a text piece by piece."""
        tell = self._voice.think if isinstance(step, Think) else self._voice.say
        if step.rate is None:
            tell(step.text)
            return
        for piece in pieces(step.text):
            tell(piece)
            yield self._due + 1 / step.rate

    def _retry(self, message: str, pause: float, attempt: int) -> Iterator[float]:
        self._voice.stumble(message, attempt)
        yield self._due + pause
        self._voice.start()

    def _fail(self, step: Fail) -> Iterator[float]:
        for attempt in range(1, step.attempts):
            yield from self._retry(step.message, step.pause, attempt)
        self._end(self._voice.fail(step.message))
