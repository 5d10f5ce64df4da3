"""A handle on a generation: all that the service outside may do with it, and none of its parts."""

from dataclasses import dataclass

from propactor.actors.commands import CancelReason
from propactor.actors.generation_actor import GenerationActor, count_stream
from propactor.actors.journal import Subscription
from propactor.core.entries import Entry
from propactor.core.events import Stats
from propactor.core.generation import Confirmation


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A generation as it is at one moment. Times are Unix times, in seconds.

    Args:
        state: The state of its table.
        created_at: When it was made.
        finished_at: When it said ``done``, None before.
        seconds: How long it has lived, up to its end.
        last_event_id: The number of its newest event.
        readers: How many read it now.
        stats: What its stream is made of so far.
        outcome: Its ``result`` or ``error`` as readers get it, None before it is known.
        upstream_cancel: Whether the upstream confirmed that it was stopped, if it had to be.
    """

    state: str
    created_at: float
    finished_at: float | None
    seconds: float
    last_event_id: int
    readers: int
    stats: Stats
    outcome: Entry | None
    upstream_cancel: Confirmation | None


class GenerationHandle:
    """Launches, reads, cancels and describes one generation.

    Args:
        actor: The generation. It may have ended already.
    """

    __slots__ = ("_actor",)

    def __init__(self, actor: GenerationActor) -> None:
        self._actor = actor

    @property
    def request_id(self) -> str:
        """Return the name of the generation in addresses and events."""
        return self._actor.request.request_id

    @property
    def job_id(self) -> str:
        """Return the name of the generation towards upstreams."""
        return self._actor.request.job_id

    @property
    def epoch(self) -> float:
        """Return what to add to the loop's time for Unix time, in seconds."""
        return self._actor.epoch

    @property
    def launched(self) -> bool:
        """Return True if its first upstream may be asked, or it was cancelled before that."""
        return self._actor.launched

    @property
    def finished(self) -> bool:
        """Return True if the outcome is known: nothing but ``done`` can follow."""
        return self._actor.generation.finished

    @property
    def outcome(self) -> Entry | None:
        """Return its ``result`` or ``error`` as readers get it, None before it is known."""
        return self._actor.generation.outcome

    def launch(self) -> None:
        """Let it ask its first upstream; a second call changes nothing."""
        self._actor.launch()

    def cancel(self, reason: CancelReason) -> bool:
        """End it, whatever it is doing; return True if an upstream is under way, which will be stopped."""
        return self._actor.cancel(reason)

    def subscribe(self, after: int = 0) -> Subscription:
        """Open a reader's place behind event ``after``; who opens one must close it.

        Raises:
            CursorExpired: the events that follow are no longer kept.
            InvalidRequest: there was no such event.
        """
        return self._actor.readers.subscribe(after)

    def unsubscribe(self, subscription: Subscription) -> None:
        """Close a reader's place; where it was the last one, the generation may soon be abandoned."""
        self._actor.readers.unsubscribe(subscription)

    def snapshot(self, now: float) -> Snapshot:
        """Return what is known of it; ``now`` is the loop's time, in seconds."""
        actor, record, epoch = self._actor, self._actor.record, self._actor.epoch
        return Snapshot(
            state=actor.generation.state,
            created_at=record.created_at + epoch,
            finished_at=None if record.finished_at is None else record.finished_at + epoch,
            seconds=(record.finished_at or now) - record.created_at,
            last_event_id=actor.journal.head,
            readers=actor.journal.readers,
            stats=count_stream(actor.generation, actor.mailbox),
            outcome=self.outcome,
            upstream_cancel=record.upstream_cancel,
        )
