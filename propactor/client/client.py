"""The HTTP client: start a generation at a server, read its stream, cancel it."""

from collections.abc import AsyncIterator, Callable, Mapping
from random import SystemRandom
from types import TracebackType
from typing import Any, Self

import aiohttp
from yarl import URL

from propactor.client.errors import LOST, Unreachable, as_object, refusal, unreachable
from propactor.client.stream_reader import Reader
from propactor.core.backoff import Backoff
from propactor.core.sse import Frame

SILENCE = 60.0
"""Seconds without a byte after which a stream is taken for lost: four heartbeats."""


class Client:
    """Speaks to one propactor server.

    Args:
        address: Its address; ``http://`` may be left out.
        token: Its token, "" for none.
        lost: Called with the reason when a stream has to be asked for again.
        silence: Seconds without a byte after which a connection is taken for lost.
        backoff: Makes the pauses between tries.
    """

    def __init__(
        self,
        address: str,
        token: str = "",
        *,
        lost: Callable[[str], object] = str,
        silence: float = SILENCE,
        backoff: Callable[[], Backoff] = lambda: Backoff(SystemRandom().uniform, limit=8.0),
    ) -> None:
        self._base = base_url(address)
        self._token = token
        self._lost = lost
        self._silence = silence
        self._backoff = backoff

    async def __aenter__(self) -> Self:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        limits = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=self._silence)
        self._session = aiohttp.ClientSession(headers=headers, timeout=limits)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    def stream(self, body: Mapping[str, Any]) -> AsyncIterator[Frame]:
        """Start a generation and yield its events up to ``done``, each once, through lost connections.

        Raises:
            Unreachable: nobody answers, or not for long enough.
            Refused: the server won't.
        """
        return Reader(self._session, self._base, body, lost=self._lost, backoff=self._backoff()).read()

    async def cancel(self, request_id: str) -> dict[str, Any]:
        """Cancel a generation, and return what the server answers.

        Raises:
            Unreachable: nobody answers.
            Refused: the server won't.
        """
        url = self._base / "api" / "creator" / "generations" / request_id
        try:
            async with self._session.delete(url) as response:
                if not response.ok:
                    raise await refusal(response)
                return as_object(await response.read())
        except LOST as exc:
            raise unreachable(self._base, exc) from exc

    async def readiness(self) -> dict[str, Any]:
        """Return what the server says of itself and its upstreams, ready or not.

        Raises:
            Unreachable: nobody answers.
        """
        try:
            async with self._session.get(self._base / "readyz") as response:
                return as_object(await response.read())
        except LOST as exc:
            raise unreachable(self._base, exc) from exc


def base_url(address: str) -> URL:
    """Make a base address of what a person types.

    Raises:
        Unreachable: it can't be an address.
    """
    try:
        url = URL(address if "://" in address else f"http://{address}")
    except ValueError as exc:
        raise Unreachable(f"{address!r} is not an address") from exc
    if url.scheme not in ("http", "https") or not url.host:
        raise Unreachable(f"{address!r} is not an HTTP address")
    return url.with_path(url.path.rstrip("/"))
