"""Starts generations, finds them again, limits them, and sees them all end."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence

from propactor.actors.generation_actor import GenerationActor
from propactor.actors.timers import Timers
from propactor.core.errors import NotFound, ServiceStopping, TooManyGenerations
from propactor.core.events import KINDS, Started
from propactor.core.machine import State
from propactor.core.upstream import GenerationRequest, Upstream
from propactor.metrics import Metrics
from propactor.settings import Settings

_LIVE_STATES = tuple(state for state in State if state != State.DONE)


class FinishedGenerations:
    """Keeps finished generations readable for a while, bounded in number and bytes.

    Args:
        settings: How long, how many, and how many bytes of them.
        timers: Who calls when the oldest has been kept for long enough.
    """

    def __init__(self, settings: Settings, timers: Timers) -> None:
        self._clock = asyncio.get_running_loop().time
        self._limits = settings.limits
        self._retain_seconds = settings.stream.retain_seconds
        self._actors: OrderedDict[str, GenerationActor] = OrderedDict()
        self._bytes = 0
        self._timer = timers.timer(self._forget_old)

    def __len__(self) -> int:
        return len(self._actors)

    def get(self, request_id: str) -> GenerationActor | None:
        """Return a generation, if it is still kept."""
        return self._actors.get(request_id)

    def add(self, actor: GenerationActor) -> None:
        """Keep a generation that has ended; the oldest go where there are too many."""
        self._actors[actor.request.request_id] = actor
        self._bytes += actor.journal.size
        while len(self._actors) > self._limits.retained or self._bytes > self._limits.retained_bytes:
            self._forget_oldest()
        self._set_timer()

    def _forget_oldest(self) -> None:
        _, actor = self._actors.popitem(last=False)
        self._bytes -= actor.journal.size

    def _forget_old(self) -> None:
        while self._actors and self._kept_until(next(iter(self._actors.values()))) <= self._clock():
            self._forget_oldest()
        self._set_timer()

    def _set_timer(self) -> None:
        oldest = next(iter(self._actors.values()), None)
        if oldest is None:
            self._timer.clear()
        else:
            self._timer.set(self._kept_until(oldest))

    def _kept_until(self, actor: GenerationActor) -> float:
        return (actor.record.finished_at or actor.record.created_at) + self._retain_seconds


class Supervisor:
    """Holds the live generations and, for a while, the finished ones.

    Args:
        settings: The limits that generations live by.
        metrics: Who counts.
    """

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        loop = asyncio.get_running_loop()
        self.stopping = False
        self.timers = Timers(loop)
        self.epoch = time.time() - loop.time()
        """What to add to the loop's time for Unix time, in seconds."""
        self._clock = loop.time
        self._settings = settings
        self._metrics = metrics
        self._live: dict[str, GenerationActor] = {}
        self._finished = FinishedGenerations(settings, self.timers)
        self._evicted: set[str] = set()
        self._quiet = asyncio.Event()
        self._quiet.set()
        metrics.read_when_scraped(
            "propactor_generations", "Live generations by state.", self._by_state, label="state"
        )
        metrics.read_when_scraped(
            "propactor_mailbox_depth", "Messages waiting in the fullest mailbox.", self._deepest_mailbox
        )
        metrics.read_when_scraped(
            "propactor_generations_retained",
            "Finished generations still readable.",
            lambda: {"": float(len(self._finished))},
        )

    @property
    def live(self) -> Sequence[GenerationActor]:
        """Return the live generations, newest first."""
        return list(reversed(self._live.values()))

    def __iter__(self) -> Iterator[GenerationActor]:
        return iter(self.live)

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
            started,
            settings=self._settings,
            timers=self.timers,
            metrics=self._metrics,
            epoch=self.epoch,
            on_end=self._retain,
        )
        self._live[request.request_id] = actor
        self._quiet.clear()
        return actor

    def _admit(self) -> None:
        if self.stopping:
            raise ServiceStopping("The service is stopping.", retry_after_ms=1000)
        limit = self._settings.limits.generations
        if len(self._live) - len(self._evicted) >= limit and not self._make_room():
            raise TooManyGenerations(
                f"{len(self._live)} generations are running, the limit.", retry_after_ms=1000
            )

    def _make_room(self) -> bool:
        """End the generation that has been without a reader for longest; return True if there was one."""
        abandoned = [actor for actor in self._live.values() if actor.readers.abandoned_at is not None]
        if not abandoned:
            return False
        longest = min(abandoned, key=lambda actor: actor.readers.due)
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
        self._finished.add(actor)
        if not self._live:
            self._quiet.set()

    def _count(self, actor: GenerationActor) -> None:
        record, first, outcome = actor.record, actor.generation.first_output, actor.generation.outcome
        self._metrics.coalesced.inc(actor.mailbox.joined)
        for cls, count in actor.mailbox.dropped.items():
            self._metrics.dropped(KINDS[cls], "mailbox", count)
        if first is not None:
            at, source = first
            self._metrics.time_to_first_event.labels(source or "none").observe(at - record.created_at)
        self._metrics.finished(
            outcome="error" if outcome is None else outcome.kind,
            code=actor.generation.ending,
            seconds=(record.finished_at or self._clock()) - record.created_at,
        )

    async def drain(self, seconds: float) -> None:
        """Take no more generations; give the running ones ``seconds``, then end them."""
        self.stopping = True
        await self._wait_quiet(seconds)
        for actor in self.live:
            actor.cancel("stopping")
        await self._wait_quiet(self._settings.timeouts.stop + 1)

    async def _wait_quiet(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._quiet.wait()
        except TimeoutError:
            return

    def _by_state(self) -> dict[str, float]:
        """Count live generations by state."""
        counts = dict.fromkeys(map(str, _LIVE_STATES), 0.0)
        for actor in self._live.values():
            counts[actor.generation.state] = counts.get(actor.generation.state, 0.0) + 1
        return counts

    def _deepest_mailbox(self) -> dict[str, float]:
        return {"": float(max((len(actor.mailbox) for actor in self._live.values()), default=0))}
