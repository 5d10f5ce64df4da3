"""The upstreams a generation may ask, one after the other, and the run that is under way."""

import asyncio
import logging
from collections.abc import Coroutine, Sequence

from propactor.actors.commands import Command, Failed, Replied, Stopped
from propactor.actors.mailbox import Mailbox, TextWindow
from propactor.core.errors import InternalError, PropactorError
from propactor.core.events import Event, Source
from propactor.core.upstream import GenerationRequest, Run, Upstream
from propactor.metrics.upstreams import UpstreamMetrics

log = logging.getLogger(__name__)


class UpstreamChain:
    """Asks upstreams in turn; what comes of it arrives in the mailbox: events, then how it ended.

    ``run`` is the run under way, ``source`` its upstream's; ``stopping`` counts the stops not yet answered,
    and ``confirmed`` says whether those that were answered were all confirmed.

    Args:
        request: What is asked of them.
        upstreams: Whom to ask, in order, each once.
        mailbox: Where messages go.
        metrics: Who counts stops.
        stop_seconds: How long an upstream gets to confirm that it has stopped.
    """

    __slots__ = (
        *("_emit", "_mailbox", "_metrics", "_request", "_stop_seconds", "_task", "_tasks", "_upstreams"),
        *("confirmed", "run", "source", "stopping"),
    )

    def __init__(
        self,
        request: GenerationRequest,
        upstreams: Sequence[Upstream],
        mailbox: Mailbox[Event | Command],
        *,
        metrics: UpstreamMetrics,
        stop_seconds: float,
    ) -> None:
        self.run: Run | None = None
        self.source: Source | None = None
        self.stopping = 0
        self.confirmed: bool | None = None
        self._request = request
        self._upstreams = list(upstreams)
        self._mailbox = mailbox
        self._metrics = metrics
        self._stop_seconds = stop_seconds
        self._emit: TextWindow | None = None
        self._task: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def left(self) -> int:
        """Return how many upstreams have not been asked."""
        return len(self._upstreams)

    def ask_next(self) -> None:
        """Ask the next upstream in line."""
        upstream = self._upstreams.pop(0)
        self.source = upstream.source
        self._emit = TextWindow(self._mailbox, upstream.source)
        self.run = upstream.begin(self._request, self._emit)
        self._task = self.start(self._drive(self.run), "run")

    async def _drive(self, run: Run) -> None:
        """See a run through; however it ends becomes a message."""
        try:
            reply = await run.finish()
        except PropactorError as exc:
            self._mailbox.put(Failed(run, exc))
        except asyncio.CancelledError:  # void if it was us: then this run is no longer under way
            self._mailbox.put(Failed(run, InternalError("An upstream adapter gave up")))
            raise
        except Exception:  # guards the task: a defect of an adapter is ours, and readers get an ending
            log.exception("generation %s: an upstream adapter failed", self._request.request_id)
            self._mailbox.put(Failed(run, InternalError("An upstream adapter failed")))
        else:
            self._mailbox.put(Replied(run, reply))

    def stop(self) -> None:
        """Stop the run under way, if there is one; the answer comes as ``Stopped``."""
        run, task = self.run, self._task
        self.forget()
        if run is None or task is None:
            return
        self.stopping += 1
        self.start(self._stop(run, task), "stop")

    def forget(self) -> None:
        """Take nothing more from the run under way: it has ended."""
        self.run = None
        if self._emit is not None:
            self._emit.close()

    async def _stop(self, run: Run, task: asyncio.Task[None]) -> None:
        clock = asyncio.get_running_loop().time
        began, confirmed = clock(), False
        try:
            async with asyncio.timeout(self._stop_seconds):
                confirmed = await run.stop()
        except TimeoutError:
            log.warning("generation %s: upstream did not answer to being stopped", self._request.request_id)
        except Exception:  # guards the task: an adapter that fails to stop is as good as unconfirmed
            log.exception("generation %s: stopping an upstream failed", self._request.request_id)
        task.cancel()
        self._metrics.stopped(confirmed=confirmed, seconds=clock() - began)
        self._mailbox.put(Stopped(confirmed))

    def note_stopped(self, *, confirmed: bool) -> None:
        """Note an answer to a stop: all must be confirmed for the whole to be."""
        self.stopping -= 1
        self.confirmed = confirmed if self.confirmed is None else self.confirmed and confirmed

    def start(self, work: Coroutine[None, None, None], what: str) -> asyncio.Task[None]:
        """Start a task, named after the generation, and keep it until it ends."""
        task = asyncio.create_task(work, name=f"{self._request.request_id}:{what}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
