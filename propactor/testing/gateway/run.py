"""One run of the fake gateway: accepted, played from its script, aborted at any moment, ended once."""

from collections.abc import Callable, Sequence

from propactor.testing.gateway.frames import Json
from propactor.testing.gateway.protocol_3 import Protocol3Events
from propactor.testing.gateway.protocol_4 import Protocol4Events
from propactor.testing.gateway.run_events import EventEmitter, RunContext, RunEvents
from propactor.testing.gateway.run_state import Ending, RunRequest, RunState
from propactor.testing.gateway.scheduler import Timer
from propactor.testing.gateway.script_player import ScriptPlayer
from propactor.testing.gateway.services import Services
from propactor.testing.gateway.sessions import Session
from propactor.testing.steps import Disconnect, Restart, Step

_EVENTS: dict[int, Callable[[RunContext], RunEvents]] = {3: Protocol3Events, 4: Protocol4Events}
_SETTLING = 0.002
"""Seconds between an abort and the last response of the run."""


class Run:
    """Plays a script for a request, until it ends, is stopped, or is lost with its gateway.

    ``ending`` is how it ended; None until then, and for ever if it is lost.
    """

    def __init__(
        self,
        request: RunRequest,
        session: Session,
        script: Sequence[Step],
        *,
        services: Services,
        on_end: Callable[["Run"], None],
    ) -> None:
        """Accept a request; nothing is played before `start`.

        Args:
            request: what was asked, by whom.
            session: where it was asked.
            script: what the run does.
            services: what the gateway consists of.
            on_end: called when the last response has been sent.
        """
        self.request, self.session = request, session
        self.started = False
        self.ending: Ending | None = None
        self._waiters: list[Callable[[Json], None]] = []
        self._wait_answer: Json | None = None
        self._stopped = False
        self._services, self._on_end = services, on_end
        self._emitter, self._events = self._make_events()
        self._player = ScriptPlayer(script, self._events, services.scheduler, act=self._act, on_end=self._end)
        self._timers: list[Timer] = []

    def _make_events(self) -> tuple[EventEmitter, RunEvents]:
        services = self._services
        state = RunState(self.request, self.session, services.store)
        emitter = EventEmitter(state, services.connections, services.profile)
        context = RunContext(
            state=state,
            emitter=emitter,
            scheduler=services.scheduler,
            profile=services.profile,
            cumulative=services.cumulative,
            resolve_waiters=self._resolve_waiters,
        )
        return emitter, _EVENTS[services.profile.protocol](context)

    @property
    def run_id(self) -> str:
        """Return the run's id."""
        return self.request.run_id

    @property
    def running(self) -> bool:
        """Return True if there is something to stop."""
        return not self._stopped and self.ending is None

    @property
    def unstored(self) -> Sequence[Step]:
        """Return the steps of the script that aren't in the session yet."""
        return self._player.unstored

    def start(self) -> None:
        """Begin to play."""
        self.started = True
        scheduler = self._services.scheduler
        now = scheduler.now()
        self._timers = [
            scheduler.at(now, lambda: self._begin(now)),
            scheduler.at(now + self.request.timeout, self._time_out),
        ]

    def stop(self) -> bool:
        """Stop the run, its last response follows in a moment; return whether there was something to stop."""
        if not self.running:
            return False
        self.lose()
        self._events.abort()
        self._services.scheduler.after(_SETTLING, lambda: self._end(self._events.aborted()))
        return True

    def lose(self) -> None:
        """Play no more, and say nothing about it."""
        self._player.close()
        for timer in self._timers:
            timer.cancel()
        self._stopped = True

    def wait(self, answer: Callable[[Json], None]) -> None:
        """Call ``answer`` with what ``agent.wait`` says of the ending, now or later."""
        if self._wait_answer:
            answer(self._wait_answer)
        else:
            self._waiters.append(answer)

    def skip_numbers(self, count: int) -> None:
        """Leave out some numbers of events, as if those events had been lost on the way."""
        self._emitter.seq += count

    def _begin(self, begun_at: float) -> None:
        request = self.request
        self._services.store.store_prompt(
            self.session, request.message, request.run_id, internal=request.internal
        )
        self._player.start(begun_at)

    def _act(self, step: Disconnect | Restart) -> None:
        """Do what a step does to the connection or to the gateway."""
        if isinstance(step, Restart):
            self._services.restart()
        else:
            self.request.asker.drop()

    def _time_out(self) -> None:
        if self.running:
            self.lose()
            self._end(self._events.time_out())

    def _end(self, ending: Ending) -> None:
        """Send the last response."""
        self.ending = ending
        for timer in self._timers:
            timer.cancel()
        self._resolve_waiters(ending.wait)
        self.request.asker.respond(self.request.request_id, ending.payload, ending.error)
        self._on_end(self)

    def _resolve_waiters(self, answer: Json) -> None:
        """Answer those who wait for the run; the first answer stays."""
        self._wait_answer = self._wait_answer or answer
        while self._waiters:
            self._waiters.pop()(self._wait_answer)
