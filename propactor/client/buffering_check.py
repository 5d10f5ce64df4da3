"""Reads a service's stream of timed ticks, and reports whether something on the way buffers it."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from propactor.client.client import base_url
from propactor.client.errors import LOST, Unreachable, as_object, refusal, unreachable
from propactor.core.sse import Decoder

LATE = 0.5
"""The share of the whole stream's length by which a tick may come late before it counts as held back."""
PROXY_HEADERS = ("via", "server", "content-encoding", "x-cache", "cf-cache-status")


@dataclass(frozen=True, slots=True)
class Tick:
    """One tick.

    Args:
        due: When it was sent, in seconds after the first.
        came: When it came, in seconds after the stream was asked for.
    """

    due: float
    came: float


@dataclass(frozen=True, slots=True)
class BufferingReport:
    """What came of a stream of timed ticks.

    Args:
        ticks: Those that came.
        expected: How many there should be.
        headers: Headers of the answer that show what stands between.
    """

    ticks: tuple[Tick, ...]
    expected: int
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Return True if every tick came."""
        return len(self.ticks) == self.expected > 1

    @property
    def live(self) -> bool:
        """Return True if the ticks came one by one, as they were sent, and not together."""
        return self.complete and self.held_back < LATE * self.ticks[-1].due

    @property
    def held_back(self) -> float:
        """Return by how many seconds the ticks' distance shrank: held back, they come closer together."""
        first, last = self.ticks[0], self.ticks[-1]
        return max(0.0, (last.due - first.due) - (last.came - first.came))

    def verdict(self) -> str:
        """Return what was found, in a sentence."""
        if not self.complete:
            return f"the stream broke off: {len(self.ticks)} of {self.expected or '?'} ticks came"
        if self.live:
            return f"streams pass live: {self.expected} ticks came as they were sent"
        return f"streams are buffered: ticks came {self.held_back:.1f} s closer together than they were sent"


async def watch(address: str, token: str = "", *, timeout: float = 30.0) -> BufferingReport:
    """Read the service's stream of timed ticks, and note when each comes.

    Args:
        address: The address of the service.
        token: Its token, "" for none.
        timeout: Seconds in all.

    Raises:
        Unreachable: nobody answers, or it isn't propactor.
        Refused: the server won't.
    """
    base = base_url(address)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = base / "api" / "creator" / "stream-check"
    try:
        async with asyncio.timeout(timeout), aiohttp.ClientSession(headers=headers) as session:
            asked_at = time.monotonic()
            async with session.get(url, headers={"Accept": "text/event-stream"}) as answer:
                if not answer.ok:
                    raise await refusal(answer)
                if answer.content_type != "text/event-stream":
                    raise Unreachable(f"what answers at {base} is not propactor")
                return await _note(answer, asked_at)
    except LOST as exc:
        raise unreachable(base, exc) from exc


async def _note(answer: aiohttp.ClientResponse, asked_at: float) -> BufferingReport:
    decoder, ticks, expected = Decoder(), list[Tick](), 0
    async for piece in answer.content.iter_any():
        came = time.monotonic() - asked_at
        for data in _data(decoder, piece):
            expected, due = _numbers(data)
            ticks.append(Tick(due, came))
    told = {name: answer.headers[name] for name in PROXY_HEADERS if name in answer.headers}
    return BufferingReport(tuple(ticks), expected, told)


def _numbers(data: Mapping[str, Any]) -> tuple[int, float]:
    """Return how many ticks there shall be, and when this one was due, in seconds."""
    try:
        return int(data.get("of", 0)), float(data.get("dueMs", 0)) / 1000
    except (TypeError, ValueError) as exc:
        raise Unreachable(f"what came is no timed stream: {exc}") from exc


def _data(decoder: Decoder, piece: bytes) -> Sequence[dict[str, Any]]:
    try:
        frames = decoder.feed(piece)
    except ValueError as exc:
        raise Unreachable(f"what came is no event stream: {exc}") from exc
    return [as_object(frame.data) for frame in frames if frame.event == "tick"]
