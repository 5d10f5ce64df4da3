"""One stream of events from two sources: the live events of a run, and its stored messages."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.options import Options
from propactor.adapters.openclaw.protocol import capabilities
from propactor.adapters.openclaw.protocol.backfill import Backfill
from propactor.adapters.openclaw.protocol.capabilities import Hello
from propactor.adapters.openclaw.protocol.decoder import Decoder
from propactor.adapters.openclaw.protocol.ledger import Ledger
from propactor.adapters.openclaw.protocol.text_event import TextEvent
from propactor.adapters.openclaw.session_history import Follow, Poller, SessionHistory
from propactor.core.errors import PropactorError
from propactor.core.events import Progress, TextDelta
from propactor.core.upstream import Emit

Switched = Callable[[str, str], None]


def ignore_switch(before: str, after: str) -> None:
    """Take no note of a switch."""


def ignore_loss(error: PropactorError) -> None:
    """Take no note of a loss."""


class SourceLog:
    """Remembers which source tells a run, and reports each change.

    Args:
        switched: Called with the source before and the one from here on.
    """

    def __init__(self, switched: Switched) -> None:
        self._place: capabilities.Place = "gateway"
        self._switched = switched

    def note(self, place: capabilities.Place) -> None:
        """Note which source tells the run from here on."""
        if place != self._place:
            self._switched(self._place, place)
        self._place = place


class EventMerger:
    """Emits the events of a run, each once, from whichever source has it.

    Live events go first. Stored messages fill in what they leave out: all the time where live events never
    have it (thoughts, on protocol 3), and everything while no live events come.

    Args:
        link: Where the gateway's history is asked for.
        emit: Called with each event.
        options: How long to wait for a first event, and how often to ask.
        key: The run's session.
        run_id: The run.
        debug: True if events shall carry what they were made of.
        lost: Called with the reason when no more events can be taken.
        switched: Called when another source tells the run.
    """

    __slots__ = (
        *("_debug", "_emit", "_options", "_protocol_3", "_source", "_started_over", "_timer"),
        *("backfill", "decoder", "fail", "history", "ledger", "poller"),
    )

    def __init__(
        self,
        link: Link,
        emit: Emit,
        options: Options,
        *,
        key: str,
        run_id: str,
        debug: bool,
        lost: Callable[[PropactorError], None],
        switched: Switched,
    ) -> None:
        self.ledger = Ledger(closely=debug)
        self.decoder = Decoder(debug=debug, ledger=self.ledger)
        self.backfill = Backfill(self.ledger, emit)
        self.history = SessionHistory(
            link, self.backfill, key=key, run_id=run_id, timeout=options.call_timeout
        )
        self.poller = Poller(self.history.fetch, every=options.poll_interval)
        self.fail = lost
        self._emit, self._options, self._debug = emit, options, debug
        self._source = SourceLog(switched)
        self._protocol_3 = self._started_over = False
        self._timer: asyncio.TimerHandle | None = None

    def receive_text(self, event: TextEvent) -> bool:
        """Take a delta that only appends to the text; return False where ``receive`` must have the event."""
        if self.decoder.append(event):
            self._emit.text(event.data.delta, event.ts)
            return True
        return False

    def receive(self, payload: Mapping[str, Any]) -> None:
        """Take an event of the run."""
        for event in self.decoder.decode(payload):
            self._emit(event)

    def prepare(self, hello: Hello, *, tools: bool, follow: Follow | None) -> None:
        """Learn what to expect of the gateway, before the run is asked for.

        Args:
            hello: What the gateway said of itself.
            tools: True if live events will tell of tools.
            follow: Follows the session's transcript, where that can be read.
        """
        self._protocol_3 = hello.protocol_3
        self.backfill.unheard = capabilities.unheard(hello, tools=tools)
        if hello.protocol_3 and tools:
            self.decoder = Decoder(debug=self._debug, strict=True, ledger=self.ledger)
        if follow is not None:
            self.history.follow(follow)

    def expect(self) -> None:
        """Expect an event soon: if none comes in time, stored messages are read instead."""
        self._timer = asyncio.get_running_loop().call_later(self._options.detect, self._miss)

    def receive_first(self, payload: Mapping[str, Any]) -> None:
        """Take the first event that came. Where it is number 1, nothing was missed, however late it is."""
        self._cancel_timer()
        if payload.get("seq") == 1:
            self.poller.rest()
        if self.backfill.live:
            # Stored messages that are newer haven't been told, they are kept back: a transcript's file can be
            # read before the socket is. One run in six told a false gap here when the loop was slow.
            self.receive(payload)
            return
        self._return()
        if not self.backfill.outdates(payload):
            self.receive(payload)

    def degrade(self, reason: str) -> None:
        """Emit what is stored from here on, and say why live events are missing."""
        self._cancel_timer()
        follows = self.history.follows
        self._emit(Progress("degraded", reason=reason, source="transcript" if follows else None))
        self.backfill.listen(live=False)
        self._source.note("transcript" if follows else "history")

    def resume_live(self, run_id: str, held: Iterable[Mapping[str, Any]]) -> None:
        """Take live events again, those that were held first.

        Tool events go only to the connection that asked for the run, which is lost: they come from what is
        stored.
        """
        self.backfill.unheard |= capabilities.TOOLS
        self._return()
        self.poller.start()
        for payload in held:
            if payload.get("runId") == run_id and not self.backfill.outdates(payload):
                self.receive(payload)

    def start_over(self) -> None:
        """Expect another run, which the gateway has begun in this one's place: its text starts over."""
        self._started_over = True
        for event in self.decoder.resume():
            self._emit(event)

    async def finish(self, response: Mapping[str, Any]) -> bool:
        """Emit what is still missing when the run is over; return True if its stored messages were read."""
        await self.poller.stop()
        if self.decoder.missed:
            self.backfill.listen(live=False)
        doubted = self.ledger.messages.broken or (self._protocol_3 and bool(response.get("ok")))
        recalled = doubted and await self.history.fetch()
        self.backfill.settle()
        for event in self.decoder.flush():
            self._emit(event)
        return recalled

    def complete(self, text: str | None) -> None:
        """Emit what the final answer has beyond the text so far, where any of it may have been missed."""
        if not self.ledger.messages.broken or not text:
            return
        rest = self.ledger.messages.rest(text).text
        if rest:
            self._emit(TextDelta(rest, source="transcript"))

    async def close(self) -> None:
        """Stop reading what is stored."""
        self.fail = ignore_loss  # whom it told holds us, and the two would wait for the collector
        self._cancel_timer()
        await self.poller.stop()
        await self.history.close()

    def _miss(self) -> None:
        """Read what is stored, again and again, because no event came in time."""
        self.degrade(f"no event of the run came within {self._options.detect:g} s")
        self.poller.start()

    def _return(self) -> None:
        """Expect live events again."""
        self.decoder.rejoin(begun=bool(self.backfill.turn) and not self._started_over)
        self._started_over = False
        self.backfill.listen(live=True)
        self._emit(Progress("source_switched", reason="live events come again", source="gateway"))
        self._source.note("gateway")

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
