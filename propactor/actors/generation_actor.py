"""One generation as an actor: asks upstreams, takes what they say, keeps the journal, sees it end."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from propactor.actors.actor import Actor
from propactor.actors.bounded_queue import Policy
from propactor.actors.commands import Begin, Cancel, CancelReason, Command, Failed, Parsed, Replied, Stopped
from propactor.actors.journal import Journal
from propactor.actors.mailbox import Mailbox, TextWindow
from propactor.actors.readers import Readers
from propactor.actors.timers import Timers
from propactor.actors.upstream_chain import UpstreamChain
from propactor.core import text
from propactor.core.errors import (
    GenerationTimeout,
    InternalError,
    PropactorError,
    UpstreamFault,
)
from propactor.core.events import Event, Result, Started, Stats, TextDelta
from propactor.core.generation import CONFIRMATION, Confirmation, Entries, Generation
from propactor.core.prop import parser
from propactor.core.upstream import GenerationRequest, Reply, Upstream
from propactor.metrics import Metrics
from propactor.settings import Settings

log = logging.getLogger(__name__)

POLICY: Policy[Event | Command] = Policy(
    may_wait=text.may_wait,
    joined=text.joined,
    from_text=lambda window: TextDelta(window.take(), source=window.source, at=window.at),
    droppable=text.droppable,
    weight=text.weight,
)


@dataclass(slots=True)
class Record:
    """When a generation was made and when it ended; times are the loop's, in seconds."""

    created_at: float
    finished_at: float | None = None
    upstream_cancel: Confirmation | None = None
    """Whether the upstream confirmed that it was stopped, if it had to be."""


class GenerationActor(Actor[Event | Command]):
    """Takes one request from ``started`` to ``done``.

    Args:
        request: What is generated.
        upstreams: Whom to ask, in order, each once.
        started: The first event; it is journalled at once. Nothing is asked before ``launch``.
        settings: The limits it lives by.
        timers: Who calls it when time has passed.
        metrics: Who counts.
        epoch: What to add to the loop's time for Unix time, in seconds.
        on_end: Called when nothing more will happen.
    """

    __slots__ = (
        *("_cancelled", "_chain", "_metrics", "_on_end", "_parsing", "_settings", "_timer"),
        *("epoch", "generation", "journal", "readers", "record", "request"),
    )

    def __init__(
        self,
        request: GenerationRequest,
        upstreams: Sequence[Upstream],
        started: Started,
        *,
        settings: Settings,
        timers: Timers,
        metrics: Metrics,
        epoch: float,
        on_end: Callable[["GenerationActor"], None],
    ) -> None:
        clock, limits, stream = asyncio.get_running_loop().time, settings.limits, settings.stream
        mailbox = Mailbox(
            POLICY,
            clock,
            window=stream.coalesce_ms / 1000,
            max_messages=limits.mailbox_messages,
            max_bytes=limits.mailbox_bytes,
        )
        super().__init__(request.request_id, mailbox, timers)
        self.request = request
        self.epoch = epoch
        self.record = Record(clock())
        self.journal = Journal(max_events=limits.journal_events, max_bytes=limits.journal_bytes)
        self.generation = Generation(
            request, settings.timeouts, limits.text_chars, now=self.record.created_at, epoch=epoch
        )
        self._settings = settings
        self._metrics = metrics
        self._on_end = on_end
        self._cancelled = False
        self._parsing: asyncio.Task[None] | None = None
        self._timer = timers.timer(partial(self.run_guarded, self._check_time))
        self._chain = UpstreamChain(
            request, upstreams, mailbox, metrics=metrics, stop_seconds=settings.timeouts.stop
        )
        self.readers = Readers(
            self.journal,
            clock,
            grace=stream.disconnect_grace_seconds,
            keep_running=request.keep_running,
            on_abandoned=self._timer.set_earlier,
        )
        self._publish(self.generation.start(started, self.record.created_at))

    # What others may ask

    def launch(self) -> None:
        """Ask the first upstream; a second call changes nothing."""
        if not self.launched:
            super().launch()
            self.mailbox.put(Begin())
            self.readers.check()

    def cancel(self, reason: CancelReason = "asked") -> bool:
        """End this generation, whatever it is doing; one that has ended doesn't notice.

        Returns:
            True if an upstream is under way, which will be stopped.
        """
        if self._cancelled or self.generation.finished:
            return False
        self._cancelled = True
        self.readers.release()
        self._metrics.cancelled(reason)
        if not self.launched:
            super().launch()
        self.mailbox.put(Cancel(reason))
        return self._chain.run is not None

    def stats(self) -> Stats:
        """Count what the stream is made of so far."""
        return self.generation.stats(joined=self.mailbox.joined, dropped=self.mailbox.dropped.total())

    # One message at a time

    def receive(self, message: Event | Command | TextWindow) -> None:
        """Take text, an event of the upstream, or a command."""
        if isinstance(message, TextWindow):
            entries = self.generation.append(message.take(), message.source, message.at, self._loop.time())
        elif isinstance(message, Command):
            self._obey(message)
            return
        else:
            entries = self.generation.receive(message, self._loop.time())
        if entries:
            self._publish(entries)
            if len(entries) > 1 or entries[0].kind != "text_delta":
                self._follow_up()

    def _follow_up(self) -> None:
        """Look when the next time limit passes; stop an upstream that has said more than it may."""
        self._timer.set_earlier(self.generation.watchdog.due)
        if self.generation.capped and self._chain.run is not None:
            self._chain.stop()
            self._read(Reply())

    def _obey(self, command: Command) -> None:
        match command:
            case Begin():
                self._ask()
            case Cancel():
                self._fail(command.error)
            case Replied(run, reply) if run is self._chain.run:
                self._chain.forget()
                self._read(reply)
            case Failed(run, error) if run is self._chain.run:
                if not isinstance(error, InternalError):  # after a defect the upstream may go on: stop it
                    self._chain.forget()
                self._recover(error)
            case Parsed(result):
                self._succeed(result)
            case Stopped(confirmed):
                self._chain.note_stopped(confirmed=confirmed)
                self._close()

    def _check_time(self) -> None:
        """See whether a time limit has passed, after what came before."""
        now = self._loop.time()
        if now >= self.readers.due:
            self.cancel("abandoned")
        try:
            self._publish(self.generation.tick(now))
        except GenerationTimeout as exc:
            self._recover(exc)
        self._timer.set_earlier(min(self.generation.watchdog.due, self.readers.due))

    def _ask(self) -> None:
        self.generation.ask(self._loop.time())
        self._timer.set_earlier(self.generation.watchdog.due)
        self._chain.ask_next()

    def _recover(self, error: PropactorError) -> None:
        """Fall back to the next upstream if it is the last one's fault, else fail."""
        if self.generation.finished:
            return
        may = self._settings.fallback.mid_run or not self.generation.has_output
        if not (isinstance(error, UpstreamFault) and self._chain.left and may):
            self._fail(error)
            return
        self._chain.stop()
        self.mailbox.keep(Command)  # what the failed run said last is void
        self._publish(self.generation.fall_back(error, self._loop.time()))
        self._ask()
        self._metrics.fell_back(error.code, to=self._chain.source)

    # The ending

    def _read(self, reply: Reply) -> None:
        """Read the model's text, in a thread: a long one takes longer than a stream may pause."""
        self._publish(self.generation.parse(self._loop.time()))
        if reply.result is not None:
            self._succeed(reply.result)
            return
        words = self.generation.text if reply.text is None else reply.text
        self._parsing = self._chain.start(_parse(words, self.request, self.mailbox.put), "parse")

    def _succeed(self, result: Result) -> None:
        if self.generation.finished:
            return
        self._conclude(self.generation.succeed(result, self._chain.source, self._loop.time()))
        self._close()

    def _fail(self, error: PropactorError) -> None:
        if self.generation.finished:
            return
        self._conclude(self.generation.fail(error, self._loop.time()))
        self._chain.stop()
        self._close()

    def _conclude(self, entries: Entries) -> None:
        """Tell the outcome; nobody need read any more for the generation to go on."""
        self._publish(entries)
        self.readers.release()

    def _close(self) -> None:
        """Say ``done`` once the outcome is known and every upstream has answered to being stopped."""
        record = self.record
        if not self.generation.finished or self._chain.stopping or record.finished_at is not None:
            return
        now = self._loop.time()
        entries = self.generation.close(now, self.stats(), confirmed=self._chain.confirmed)
        record.finished_at, record.upstream_cancel = now, CONFIRMATION[self._chain.confirmed]
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
        self._chain.stop()
        if self._chain.stopping:  # nobody will hear the answer
            self._chain.note_stopped(confirmed=False)
        self._close()

    def stopped(self) -> None:
        """Let go of everything but the journal."""
        self._timer.drop()
        if self._parsing is not None:
            self._parsing.cancel()
        self.journal.close()
        self.readers.release()
        self._on_end(self)


async def _parse(words: str, request: GenerationRequest, put: Callable[[Command], None]) -> None:
    """Read a model's text in a thread, and put what comes of it."""
    try:
        result = await asyncio.to_thread(parser.parse, words, request.name)
    except PropactorError as exc:
        put(Failed(None, exc))
    except Exception:  # guards the task: a defect of the parser must not leave readers waiting
        log.exception("generation %s: reading the model's text failed", request.request_id)
        put(Failed(None, InternalError("The text could not be read")))
    else:
        put(Parsed(result))
