"""Reads one generation's stream to its end, over as many connections as that takes."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from http import HTTPStatus
from typing import Any

import aiohttp
from yarl import URL

from propactor.client.errors import LOST, Unreachable, as_object, reason, refusal, unreachable
from propactor.core.backoff import Backoff
from propactor.core.sse import Decoder, Frame

TRIES = 8
"""How often in a row a lost stream is asked for again: about half a minute."""
PASSING = (HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)


class _Lost(Exception):
    """The stream ended before its end, and may be asked for again."""


class Reader:
    """Reads one stream, and asks for the rest of it when a connection is lost.

    Args:
        session: The HTTP session, which somebody else closes.
        base: The address of the server.
        body: The body of the request.
        lost: Called with the reason when the stream has to be asked for again.
        backoff: The pauses between tries.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base: URL,
        body: Mapping[str, Any],
        *,
        lost: Callable[[str], object],
        backoff: Backoff,
    ) -> None:
        self._session = session
        self._base = base
        self._api = base / "api" / "creator"
        self._body = body
        self._lost = lost
        self._backoff = backoff
        self._key = secrets.token_urlsafe(16)
        self._request_id: str | None = None
        self._last_id: str | None = None

    async def read(self) -> AsyncIterator[Frame]:
        """Yield the events up to ``done``, each once.

        Raises:
            Unreachable: nobody answers, or not for long enough.
            Refused: the server won't.
        """
        while True:
            try:
                async for frame in self._connection():
                    self._note(frame)
                    yield frame
                return
            except _Lost as exc:
                await self._pause(str(exc))

    async def _connection(self) -> AsyncIterator[Frame]:
        """Yield what one connection brings; raise `_Lost` if that wasn't all."""
        try:
            async with self._ask() as response:
                if response.status == HTTPStatus.NO_CONTENT:
                    return
                await self._check(response)
                async for frame in _frames(response):
                    yield frame
                    if frame.event == "done":
                        return
        except LOST as exc:
            if self._last_id is None and isinstance(exc, aiohttp.ClientConnectorError):
                raise unreachable(self._base, exc) from exc  # there has never been anybody
            raise _Lost(reason(exc)) from exc
        raise _Lost("the stream broke off")

    def _ask(self) -> Any:
        """Ask from our place on, or from the start, under a key that makes a second try harmless."""
        accept = {"Accept": "text/event-stream"}
        if self._request_id is None or self._last_id is None:
            headers = accept | {"Idempotency-Key": self._key}
            return self._session.post(self._api / "generate-prop-stream", json=self._body, headers=headers)
        url = self._api / "generations" / self._request_id / "events"
        return self._session.get(url, headers=accept | {"Last-Event-ID": self._last_id})

    async def _check(self, response: aiohttp.ClientResponse) -> None:
        """Let a stream pass. A server that is away for a moment gets another chance when we have begun."""
        if response.status in PASSING and self._last_id is not None:
            raise _Lost(f"the server answered {response.status}")
        if response.status != HTTPStatus.OK:
            raise await refusal(response)
        if response.content_type != "text/event-stream":
            raise Unreachable(f"what answers at {self._base} is not propactor")

    def _note(self, frame: Frame) -> None:
        """Remember how far we are; progress makes earlier failures forgotten."""
        self._backoff.reset()
        self._last_id = frame.id or self._last_id  # a notice has no id
        if frame.event == "started":
            self._request_id = str(as_object(frame.data).get("requestId"))

    async def _pause(self, why: str) -> None:
        """Wait before the next try, or give up."""
        if self._backoff.failures >= TRIES:
            raise Unreachable(f"the stream was lost and did not come back: {why}")
        self._lost(why)
        await asyncio.sleep(self._backoff.next())


async def _frames(response: aiohttp.ClientResponse) -> AsyncIterator[Frame]:
    """Cut what comes into frames.

    Raises:
        Unreachable: it isn't an event stream.
    """
    decoder = Decoder()
    async for piece in response.content.iter_any():
        try:
            frames = decoder.feed(piece)
        except ValueError as exc:
            raise Unreachable(f"what came is no event stream: {exc}") from exc
        for frame in frames:
            yield frame
