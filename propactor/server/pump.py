"""From a place in a journal into a socket: frames, heartbeats, and the truth about what was left out."""

import asyncio
from collections.abc import Sequence

from aiohttp import web

from propactor.actors.generation_actor import GenerationActor
from propactor.actors.journal import NO_TIME, Frames, Subscription
from propactor.actors.timers import Timers
from propactor.core.entries import Entry, notice
from propactor.core.errors import CursorExpired
from propactor.core.events import Progress
from propactor.core.sse import HEARTBEAT
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


class WriteBatch:
    """Writes at the end of a pass of the loop what was ready for sockets in it.

    A write costs 10 µs of the kernel's own code, which pushes ours out of the processor's caches. Twenty
    streams that are due together are computed one after the other, and then written one after the other.
    """

    __slots__ = ("_loop", "_pumps")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._pumps: list[Pump] = []

    def add(self, pump: "Pump") -> None:
        """Have a pump write at the end of this pass."""
        if not self._pumps:
            self._loop.call_soon(self._write)
        self._pumps.append(pump)

    def _write(self) -> None:
        pumps, self._pumps = self._pumps, []
        for pump in pumps:
            pump.write_ready()


class Pump:
    """Writes one reader's stream until it has read everything, falls out of the journal, or goes away.

    What comes while the reader waits goes straight into the socket: to wake a task for it costs more than
    to write it.

    Args:
        response: A prepared response.
        transport: Its socket, None if that is closed.
        actor: The generation that is read.
        subscription: The reader's place.
        timers: Who calls when a heartbeat is due.
        metrics: Who counts.
        heartbeat: Seconds of silence after which a comment is sent.
        retry_ms: What a browser is told to wait before it reconnects, in milliseconds.
    """

    __slots__ = (
        *(
            "_batch",
            "_chunked",
            "_clock",
            "_epoch",
            "_heartbeat",
            "_is_full",
            "_metrics",
            "_prefix",
            "_ready",
        ),
        *("_request_id", "_response", "_subscription", "_timer", "_told", "_transport", "_wrote_at"),
    )

    def __init__(
        self,
        response: web.StreamResponse,
        transport: asyncio.Transport | None,
        actor: GenerationActor,
        subscription: Subscription,
        *,
        timers: Timers,
        batch: WriteBatch,
        metrics: Metrics,
        heartbeat: float,
        retry_ms: int,
    ) -> None:
        self._response = response
        self._transport = transport
        self._request_id, self._epoch = actor.request.request_id, actor.epoch
        self._subscription = subscription
        self._metrics = metrics
        self._clock = asyncio.get_running_loop().time
        self._timer = timers.timer(subscription.wake)
        self._heartbeat = heartbeat
        self._wrote_at = self._clock()
        self._prefix = b"retry: %d\n" % retry_ms
        self._told = 0
        self._chunked = response.chunked
        self._batch = batch
        self._ready: list[Entry] = []
        self._is_full = False

    async def open(self) -> None:
        """Write what is there already, before anything is waited for."""
        await self._write_taken()
        self._subscription.write_through = self._write_through

    async def run(self) -> None:
        """Write until the end."""
        subscription = self._subscription
        self._timer.set(self._wrote_at + self._heartbeat)
        try:
            while not subscription.at_end:
                await subscription.wait()
                await self._write_taken()
                self._set_heartbeat()
        except CursorExpired:
            await self._send_away()
        finally:
            subscription.write_through = None
            self._timer.drop()
            for kind, count in subscription.dropped.items():
                self._metrics.dropped(kind, "slow_reader", count)

    async def _write_taken(self) -> None:
        self.write_ready()
        frames = self._subscription.take()
        if frames.data:
            if self._subscription.dropped:
                await self._tell_missed()
            await self._write(b"".join(frames.data))
            self._measure(frames)
        elif self._clock() - self._wrote_at >= self._heartbeat:
            await self._write(HEARTBEAT)

    def _write_through(self, entries: Sequence[Entry]) -> bool:
        """Take entries for the socket, unless it is filling up."""
        if self._is_full:
            return False
        if not self._ready:
            self._batch.add(self)
        self._ready += entries
        return True

    def write_ready(self) -> None:
        """Write what is ready into the socket, framed as the response is."""
        entries, transport = self._ready, self._transport
        if not entries or transport is None or transport.is_closing():
            return
        data = entries[0].data if len(entries) == 1 else b"".join([entry.data for entry in entries])
        # aiohttp's write is a coroutine; a chunk is its length in hexadecimal, and the bytes (RFC 9112, 7.1).
        if self._prefix:
            data, self._prefix = self._prefix + data, b""
        transport.write(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)
        self._is_full = transport.get_write_buffer_size() > _ROOM
        self._wrote_at = now = self._clock()
        for entry in entries:
            if entry.at is not None:
                self._metrics.lag_to_socket.observe(now + self._epoch - entry.at / 1000)
        entries.clear()

    async def _write(self, data: bytes) -> None:
        if self._prefix:
            data, self._prefix = self._prefix + data, b""
        self._wrote_at = self._clock()
        await self._response.write(data)
        self._is_full = self._transport is None or self._transport.get_write_buffer_size() > _ROOM

    def _set_heartbeat(self) -> None:
        """Set the timer again once it has fired; while text flows it is left alone."""
        if not self._timer.is_set:
            self._timer.set(self._wrote_at + self._heartbeat)

    def _measure(self, frames: Frames) -> None:
        """Measure how long deltas took from the upstream to the socket, for a reader who was there."""
        if not self._subscription.caught_up:
            return
        now = self._wrote_at + self._epoch
        for at in frames.times:
            if at != NO_TIME:
                self._metrics.lag_to_socket.observe(now - at / 1000)

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
        now = int((self._clock() + self._epoch) * 1000)
        await self._write(notice(self._request_id, self._subscription.position, now, event))
