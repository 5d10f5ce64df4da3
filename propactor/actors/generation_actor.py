"""One generation as an actor: asks upstreams, takes what they say, keeps the journal, sees it end."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial

from propactor.actors.actor import Actor
from propactor.actors.commands import Begin, Cancel, Command, Failed, Parsed, Replied, Stopped
from propactor.actors.journal import Journal, Subscription
from propactor.actors.mailbox import Mailbox
from propactor.actors.rules import ActorRules, CancelReason, ending
from propactor.actors.timers import Timers
from propactor.actors.upstream_chain import UpstreamChain
from propactor.core.credit import attribute_result
from propactor.core.errors import GenerationTimeout, InternalError, PropactorError, UpstreamFault
from propactor.core.events import Error, Event, Progress, Result, Started, TextDelta
from propactor.core.generation import CONFIRMATION, Entries, Generation
from propactor.core.prop import parser
from propactor.core.upstream import GenerationRequest, Reply, Upstream
from propactor.metrics import Metrics

log = logging.getLogger(__name__)


class GenerationActor(Actor[Event | Command]):
    """Takes one request from ``started`` to ``done``.

    ``upstreams`` are tried in order, each once. ``on_end`` is called when nothing more will happen.
    """

    def __init__(
        self,
        request: GenerationRequest,
        upstreams: Sequence[Upstream],
        *,
        rules: ActorRules,
        timers: Timers,
        metrics: Metrics,
        epoch: float,
        on_end: Callable[["GenerationActor"], None],
    ) -> None:
        super().__init__(request.request_id, Mailbox(rules.mailbox_messages, rules.mailbox_bytes))
        self.clock = self._loop.time
        self._rules = rules
        self._metrics = metrics
        self._on_end = on_end
        self._timer = timers.timer(partial(self.run_guarded, self._look_round))
        self._flush_timer = timers.timer(partial(self.run_guarded, self._catch_up))
        self.request = request
        self.epoch = epoch
        self.created_at = self.clock()
        self.finished_at: float | None = None
        self.abandoned_at: float | None = None
        self.outcome: Result | Error | None = None
        self._cancelled = False
        self._parsing: asyncio.Task[None] | None = None
        self.generation = Generation(request, rules.generation, now=self.created_at, epoch=epoch)
        self.journal = Journal(
            request.request_id, max_entries=rules.journal_entries, max_bytes=rules.journal_bytes
        )
        self.chain = UpstreamChain(
            request, upstreams, self.mailbox, metrics=metrics, stop_seconds=rules.stop_seconds
        )

    # What others may ask

    @property
    def upstream_cancel(self) -> str | None:
        """Return whether stopping the upstream was confirmed, if it was stopped."""
        return CONFIRMATION[self.chain.confirmed]

    def announce(self, started: Started) -> None:
        """Journal ``started``. Nothing is asked of an upstream before ``launch``."""
        self._publish(self.generation.start(started, self.created_at))

    def launch(self) -> None:
        """Ask the first upstream; a second call changes nothing."""
        if not self.launched:
            super().launch()
            self.mailbox.put(Begin())
            self._watch_readers()

    def cancel(self, reason: CancelReason = "asked") -> None:
        """End this generation, whatever it is doing; one that has ended doesn't notice."""
        if self._cancelled or self.generation.finished:
            return
        self._cancelled, self.abandoned_at = True, None
        self._metrics.cancelled(reason)
        if not self.launched:
            super().launch()
        self.mailbox.put(Cancel(ending(reason)))

    def subscribe(self, after: int = 0) -> Subscription:
        """Open a reader's place.

        Raises:
            CursorExpired: the entries that follow are no longer kept.
            InvalidRequest: there was no such event.
        """
        subscription = self.journal.subscribe(after)
        self._watch_readers()
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Close a reader's place; the last one to go starts the grace period."""
        subscription.unsubscribe()
        self._watch_readers()

    # Readers

    def _watch_readers(self) -> None:
        over = self._cancelled or self.generation.finished
        if over or self.request.keep_running or self.journal.readers:
            self.abandoned_at = None
        elif self.abandoned_at is None:
            self.abandoned_at = self.clock()
            self._timer.set_earlier(self._abandoned_until)

    @property
    def _abandoned_until(self) -> float:
        return float("inf") if self.abandoned_at is None else self.abandoned_at + self._rules.grace

    def _look_round(self) -> None:
        """Look at the time limits; what came first is taken first."""
        self._catch_up()
        self._tick()

    def _catch_up(self) -> None:
        """Send what the window held, and what waited for it in the mailbox."""
        if self.launched:
            self._take_all()
        self._publish(self.generation.flush(self.clock()))
        self._flush_timer.clear()

    # One message at a time

    def may_wait(self) -> bool:
        """Let text wait where it would only wait for its window here."""
        until = self.generation.held_until(self.clock())
        if until is not None and not self._flush_timer.is_set:
            self._flush_timer.set(until)
        return until is not None

    def receive(self, message: Event | Command) -> None:
        """Take an event of the upstream, or a command."""
        if type(message) is not TextDelta and isinstance(message, Command):
            self._obey(message)
            return
        generation = self.generation
        if entries := generation.receive(message, self.clock()):
            self._publish_and_cap(entries)
            if type(entries[0].event) is Progress:  # we may wait for something else now, and for less long
                self._timer.set_earlier(generation.watchdog_due)
        if generation.flush_at is not None and not self._flush_timer.is_set:
            self._flush_timer.set(generation.flush_at)

    def _publish_and_cap(self, entries: Entries) -> None:
        """Publish, and stop an upstream that has said more than it may."""
        self._publish(entries)
        if self.generation.capped and self.chain.run is not None:
            self.chain.stop()
            self._read(Reply())

    def _obey(self, command: Command) -> None:
        match command:
            case Begin():
                self._ask()
            case Cancel(error):
                self._fail(error)
            case Replied(run, reply) if run is self.chain.run:
                self.chain.forget()
                self._read(reply)
            case Failed(run, error) if run is self.chain.run:
                self._hear_failed(error)
            case Parsed(result):
                self._succeed(result)
            case Stopped(confirmed):
                self.chain.heard_stopped(confirmed=confirmed)
                self._close_when_quiet()

    def _tick(self) -> None:
        now = self.clock()
        if now >= self._abandoned_until:
            self.cancel("abandoned")
        try:
            self._publish(self.generation.tick(now))
        except GenerationTimeout as exc:
            self._recover(exc)
        self._set_timer()

    def _set_timer(self) -> None:
        """Fire when a time limit has passed. Text has a timer of its own, which is set for every window."""
        self._timer.set_earlier(min(self.generation.watchdog_due, self._abandoned_until))

    def _ask(self) -> None:
        self.generation.ask(self.clock())
        self._set_timer()
        self.chain.ask_next()

    def _hear_failed(self, error: PropactorError) -> None:
        """Note how a run or the reading of its text ended; after a defect the upstream may go on: stop it."""
        if not isinstance(error, InternalError):
            self.chain.forget()
        self._recover(error)

    def _recover(self, error: PropactorError) -> None:
        """Fall back to the next upstream if it is the last one's fault, else fail."""
        if self.generation.finished:
            return
        may = self._rules.mid_run or not self.generation.has_output
        if not (isinstance(error, UpstreamFault) and self.chain.left and may):
            self._fail(error)
            return
        self.chain.stop()
        self.mailbox.keep(Command)  # what the failed run said last is void
        self._publish(self.generation.fall_back(error, self.clock()))
        self._ask()
        self._metrics.fell_back(error.code, to=self.chain.source)

    # The ending

    def _read(self, reply: Reply) -> None:
        """Read the model's text, in a thread: a long one takes longer than a stream may pause."""
        self._publish(self.generation.parse(self.clock()))
        if reply.result is not None:
            self._succeed(reply.result)
            return
        text = self.generation.text if reply.text is None else reply.text
        self._parsing = self.chain.start(self._parse(text), "parse")

    async def _parse(self, text: str) -> None:
        try:
            result = await asyncio.to_thread(parser.parse, text, self.request.name)
        except PropactorError as exc:
            self.mailbox.put(Failed(None, exc))
        except Exception:  # guards the task: a defect of the parser must not leave readers waiting
            log.exception("generation %s: reading the model's text failed", self.request.request_id)
            self.mailbox.put(Failed(None, InternalError("The text could not be read")))
        else:
            self.mailbox.put(Parsed(result))

    def _succeed(self, result: Result) -> None:
        if self.generation.finished:
            return
        made = self.generation
        reason, capped = made.fallback_reason, made.capped
        outcome = attribute_result(result, source=self.chain.source, reason=reason, capped=capped)
        entries = self.generation.succeed(outcome, self.clock())
        self.outcome = outcome
        self._publish(entries)
        self._close_when_quiet()

    def _fail(self, error: PropactorError) -> None:
        if not self.generation.finished:
            entries = self.generation.fail(error, self.clock())
            self.outcome = next(entry.event for entry in reversed(entries) if isinstance(entry.event, Error))
            self._publish(entries)
            self.chain.stop()
            self._close_when_quiet()

    def _close_when_quiet(self) -> None:
        """Say ``done`` once the outcome is known and every upstream has answered to being stopped."""
        if self.generation.finished and not self.chain.stopping and self.finished_at is None:
            self._finish()

    def _finish(self) -> None:
        now = self.clock()
        self.generation.dropped_previews = self.mailbox.dropped.total()
        self.generation.joined_earlier = self.mailbox.joined
        entries = self.generation.close(now, confirmed=self.chain.confirmed)
        self.finished_at = now
        self._publish(entries)
        self.mailbox.close()

    def _publish(self, entries: Entries) -> None:
        if entries:
            self.journal.append(entries)
            self._metrics.journalled(entries)

    def crashed(self) -> None:
        """End the stream although our own code failed."""
        self.generation.rewind(self.journal.head)
        self._fail(InternalError("Something of ours failed"))
        self.chain.stop()
        if self.chain.stopping:  # nobody will hear the answer
            self.chain.heard_stopped(confirmed=False)
        if self.finished_at is None:
            self._finish()

    def stopped(self) -> None:
        """Let go of everything but the journal."""
        self._timer.drop()
        self._flush_timer.drop()
        if self._parsing is not None:
            self._parsing.cancel()
        self.journal.close()
        self.abandoned_at = None
        self._on_end(self)
