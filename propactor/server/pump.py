"""From a place in a journal into a socket: frames, heartbeats, and the truth about what was left out."""

import asyncio
from collections.abc import Sequence

from aiohttp import web

from propactor.actors.generation_actor import GenerationActor
from propactor.actors.journal import Subscription
from propactor.actors.timers import Timers
from propactor.core.errors import CursorExpired
from propactor.core.events import Progress, TextDelta
from propactor.core.sse import HEARTBEAT, Entry, notice
from propactor.metrics import Metrics

HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-cache, no-store, no-transform",
    "X-Accel-Buffering": "no",
    "Content-Encoding": "identity",
    "X-Content-Type-Options": "nosniff",
}


_ROOM = 16 * 1024
"""Bytes that may wait in a socket before its reader's task sees to it that they don't become many."""


class Pump:
    """Writes one reader's stream until it has read everything, falls out of the journal, or goes away.

    What comes while the reader waits goes straight into the socket: to wake a task for it costs more than
    to write it.
    """

    def __init__(
        self,
        response: web.StreamResponse,
        transport: asyncio.Transport | None,
        actor: GenerationActor,
        subscription: Subscription,
        *,
        timers: Timers,
        metrics: Metrics,
        heartbeat: float,
        retry_ms: int,
    ) -> None:
        self._response = response
        self._transport = transport
        self._actor = actor
        self._subscription = subscription
        self._metrics = metrics
        self._clock = actor.clock
        self._timer = timers.timer(subscription.wake)
        self._heartbeat = heartbeat
        self._wrote_at = self._clock()
        self._prefix = b"retry: %d\n" % retry_ms
        self._told = 0

    async def open(self) -> None:
        """Write what is there already, before anything is waited for."""
        await self._write_taken()
        self._subscription.write_through = self._pass_on

    async def run(self) -> None:
        """Write until the end."""
        subscription = self._subscription
        self._timer.set(self._wrote_at + self._heartbeat)
        try:
            while not subscription.at_end:
                await subscription.wait()
                await self._write_taken()
                self._beat()
        except CursorExpired:
            await self._send_away()
        finally:
            subscription.write_through = None
            self._timer.clear()
            for kind, count in subscription.dropped.items():
                self._metrics.dropped(kind, "slow_reader", count)

    async def _write_taken(self) -> None:
        entries = self._subscription.take()
        if entries:
            if self._subscription.dropped:
                await self._tell_missed()
            await self._write(_joined(entries))
            self._time(entries)
        elif self._clock() - self._wrote_at >= self._heartbeat:
            await self._write(HEARTBEAT)

    def _pass_on(self, entries: Sequence[Entry]) -> bool:
        """Write entries straight into the socket, framed as the response is; not when it is filling up."""
        transport = self._transport
        if self._prefix or transport is None or transport.is_closing():
            return False
        if transport.get_write_buffer_size() > _ROOM:
            return False
        data = _joined(entries)
        transport.write(b"%x\r\n%b\r\n" % (len(data), data) if self._response.chunked else data)
        self._wrote_at = self._clock()
        self._time(entries)
        return True

    async def _write(self, data: bytes) -> None:
        if self._prefix:
            data, self._prefix = self._prefix + data, b""
        self._wrote_at = self._clock()
        await self._response.write(data)

    def _beat(self) -> None:
        """Set the timer again once it has rung; while text flows it is left alone."""
        if not self._timer.is_set:
            self._timer.set(self._wrote_at + self._heartbeat)

    def _time(self, entries: Sequence[Entry]) -> None:
        """Measure how long deltas took from the upstream to the socket, for a reader who was there."""
        if not self._subscription.caught_up:
            return
        for entry in entries:
            event = entry.event
            if type(event) is TextDelta and event.at is not None:
                lag = self._wrote_at + self._actor.epoch - event.at / 1000
                self._metrics.lag_to_socket.observe(lag)

    async def _tell_missed(self) -> None:
        """Tell a slow reader how many previews it has missed, when the number has grown."""
        missed = self._subscription.dropped.total()
        if missed > self._told:
            new, self._told = missed - self._told, missed
            await self._notice(Progress("slow_reader", dropped=new, message="Previews were left out."))

    async def _send_away(self) -> None:
        """End a stream whose reader fell out of the journal; without ``done``, it knows to come back."""
        self._metrics.evicted.inc()
        reason = Progress("slow_reader", reason="evicted", message="Too far behind; come back for the rest.")
        await self._notice(reason)

    async def _notice(self, event: Progress) -> None:
        now = int((self._clock() + self._actor.epoch) * 1000)
        await self._write(notice(self._actor.request.request_id, self._subscription.position, now, event))


def _joined(entries: Sequence[Entry]) -> bytes:
    return entries[0].data if len(entries) == 1 else b"".join([entry.data for entry in entries])
