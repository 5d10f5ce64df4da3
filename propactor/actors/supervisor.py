"""Starts generations, finds them again, limits them, and sees them all end."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence

from propactor.actors.generation_actor import GenerationActor
from propactor.actors.rules import SupervisorRules
from propactor.actors.timers import Timers
from propactor.core.errors import InternalError, NotFound, ServiceStopping, TooManyGenerations
from propactor.core.events import KINDS, Error, Result, Started
from propactor.core.upstream import GenerationRequest, Upstream
from propactor.metrics import Metrics


class Supervisor:
    """Holds the live generations and, for a while, the finished ones."""

    def __init__(self, rules: SupervisorRules, metrics: Metrics) -> None:
        loop = asyncio.get_running_loop()
        self.rules = rules
        self.stopping = False
        self.timers = Timers(loop)
        self._clock = loop.time
        self._epoch = time.time() - loop.time()
        self._metrics = metrics
        self._live: dict[str, GenerationActor] = {}
        self._finished: OrderedDict[str, GenerationActor] = OrderedDict()
        self._finished_bytes = 0
        self._evicted: set[str] = set()
        self._forget_timer = self.timers.timer(self._forget_old)
        self._quiet = asyncio.Event()
        self._quiet.set()
        metrics.read_when_scraped(
            "propactor_generations", "Live generations by state.", self.by_state, label="state"
        )
        metrics.read_when_scraped(
            "propactor_mailbox_depth", "Messages waiting in the fullest mailbox.", self._deepest_mailbox
        )
        metrics.read_when_scraped(
            "propactor_generations_retained", "Finished generations still readable.", self._retained
        )

    @property
    def epoch(self) -> float:
        """Return what to add to loop time for Unix time, in seconds."""
        return self._epoch

    @property
    def live(self) -> Sequence[GenerationActor]:
        """Return the live generations, newest first."""
        return list(reversed(self._live.values()))

    def create(
        self, request: GenerationRequest, upstreams: Sequence[Upstream], started: Started
    ) -> GenerationActor:
        """Make a generation that has said ``started`` and asked nothing; ``launch`` it, or ``cancel`` it.

        Raises:
            ServiceStopping: no new generations.
            TooManyGenerations: as many as allowed are live, and none of them is abandoned.
        """
        self._admit()
        actor = GenerationActor(
            request,
            upstreams,
            rules=self.rules.actor,
            timers=self.timers,
            metrics=self._metrics,
            epoch=self._epoch,
            on_end=self._retain,
        )
        self._live[request.request_id] = actor
        self._quiet.clear()
        actor.announce(started)
        return actor

    def _admit(self) -> None:
        if self.stopping:
            raise ServiceStopping("The service is stopping.", retry_after_ms=1000)
        if len(self._live) - len(self._evicted) >= self.rules.generations and not self._make_room():
            raise TooManyGenerations(
                f"{len(self._live)} generations are running, the limit.", retry_after_ms=1000
            )

    def _make_room(self) -> bool:
        """End the generation that has been without a reader for longest; tell whether there was one."""
        abandoned = [a for a in self._live.values() if a.abandoned_at is not None]
        if not abandoned:
            return False
        longest = min(abandoned, key=lambda a: a.abandoned_at or 0.0)
        longest.cancel("abandoned")
        self._evicted.add(longest.request.request_id)  # one goes, one comes; it stays live until it has ended
        return True

    def find(self, request_id: str) -> GenerationActor:
        """Return a generation, live or retained.

        Raises:
            NotFound: there is none of this name, or it is no longer kept.
        """
        actor = self._live.get(request_id) or self._finished.get(request_id)
        if actor is None:
            raise NotFound("There is no such generation, or it is no longer kept.")
        return actor

    def _retain(self, actor: GenerationActor) -> None:
        """Keep a finished generation readable for a while."""
        self._live.pop(actor.request.request_id, None)
        self._evicted.discard(actor.request.request_id)
        self._count(actor)
        self._finished[actor.request.request_id] = actor
        self._finished_bytes += actor.journal.size
        while len(self._finished) > self.rules.retained or self._finished_bytes > self.rules.retained_bytes:
            self._forget_oldest()
        self._set_timer()
        if not self._live:
            self._quiet.set()

    def _count(self, actor: GenerationActor) -> None:
        outcome = actor.outcome
        stats = actor.generation.stats()
        self._metrics.coalesced.inc(stats.coalesced_deltas)
        for cls, count in actor.mailbox.dropped.items():
            self._metrics.dropped(KINDS[cls], "mailbox", count)
        if actor.generation.first_event_at is not None:
            first = self._metrics.time_to_first_event.labels(actor.generation.first_source or "none")
            first.observe(actor.generation.first_event_at - actor.created_at)
        self._metrics.finished(
            outcome="result" if isinstance(outcome, Result) else "error",
            code=_code(outcome),
            seconds=(actor.finished_at or self._clock()) - actor.created_at,
        )

    def _forget_oldest(self) -> None:
        _, actor = self._finished.popitem(last=False)
        self._finished_bytes -= actor.journal.size

    def _forget_old(self) -> None:
        for actor in list(self._finished.values()):
            if self._kept_until(actor) > self._clock():
                break
            self._forget_oldest()
        self._set_timer()

    def _set_timer(self) -> None:
        oldest = next(iter(self._finished.values()), None)
        if oldest is None:
            self._forget_timer.clear()
        else:
            self._forget_timer.set(self._kept_until(oldest))

    def _kept_until(self, actor: GenerationActor) -> float:
        return (actor.finished_at or actor.created_at) + self.rules.retain_seconds

    async def drain(self, seconds: float) -> None:
        """Take no more generations; give the running ones ``seconds``, then end them."""
        self.stopping = True
        await self._wait_quiet(seconds)
        for actor in self.live:
            actor.cancel("stopping")
        await self._wait_quiet(self.rules.actor.stop_seconds + 1)

    async def _wait_quiet(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._quiet.wait()
        except TimeoutError:
            return

    def by_state(self) -> dict[str, float]:
        """Count live generations by state."""
        counts = dict.fromkeys(_LIVE_STATES, 0.0)
        for actor in self._live.values():
            counts[actor.generation.state] = counts.get(actor.generation.state, 0.0) + 1
        return counts

    def _deepest_mailbox(self) -> dict[str, float]:
        return {"": float(max((len(actor.mailbox) for actor in self._live.values()), default=0))}

    def _retained(self) -> dict[str, float]:
        return {"": float(len(self._finished))}

    def __iter__(self) -> Iterator[GenerationActor]:
        return iter(self.live)


def _code(outcome: Result | Error | None) -> str:
    """Return the method of a result or the code of an error; without either it was a defect of ours."""
    if isinstance(outcome, Result):
        return outcome.method
    return InternalError.code if outcome is None else outcome.code


_LIVE_STATES = ("started", "streaming", "parsing", "result", "error")
