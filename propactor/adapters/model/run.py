"""One answer of a model: ask, pass on what comes, say how it ended."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Protocol

from propactor.adapters.model.dialects import DIALECTS
from propactor.adapters.model.options import Options
from propactor.adapters.model.stream_decoder import StreamDecoder
from propactor.adapters.model.transport import Response, Transport
from propactor.core import sse
from propactor.core.errors import Cancelled, GenerationTimeout, ModelRefused, UpstreamError
from propactor.core.events import Progress
from propactor.core.upstream import SHARE, Emit, GenerationRequest, Reply
from propactor.prompting import prompt

TAIL = 1.0
"""Seconds that a stream may stay open once the answer has ended: the connection can be used again then."""
_NO_STREAMS = ("text/html", "application/json")


class FeatureFallback(Protocol):
    """Remembers which features the configured model refuses: ``level`` is the first that it doesn't."""

    level: int


class ModelRun:
    """Drive one request to its end, in a task of its own: to end the task is to hang up.

    Args:
        find_transport: Returns what the model is asked by, or raises why it can't be asked.
        request: What is asked for.
        emit: Called with each event.
        options: How the model is asked, and for how long.
        fallback: Remembers which features the configured model refuses.
    """

    def __init__(
        self,
        find_transport: Callable[[], Awaitable[Transport]],
        request: GenerationRequest,
        emit: Emit,
        *,
        options: Options,
        fallback: FeatureFallback,
    ) -> None:
        self._find_transport, self._request, self._emit = find_transport, request, emit
        self._options, self._fallback = options, fallback
        self._dialect = DIALECTS[options.model.api]
        self._features = self._dialect.features(options.model)
        self._task: asyncio.Task[None] | None = None
        self._response: Response | None = None
        self._stop_asked = False

    async def finish(self) -> Reply:
        """Drive the run to its end, emitting events on the way.

        Raises:
            PropactorError: the run failed; the class says how.
        """
        stopped = Cancelled("the model was stopped because we asked for it")
        if self._stop_asked:
            raise stopped
        self._task = asyncio.create_task(self._exchange(), name=f"{self._request.request_id}:model")
        try:
            await self._task
        except asyncio.CancelledError:
            if not self._stop_asked or _cancelled():
                raise
            raise stopped from None
        return Reply()

    async def stop(self) -> bool:
        """Hang up, and return True once the connection is closed. Never raises."""
        self._stop_asked = True
        if self._task is None:
            return True
        self._task.cancel()
        await asyncio.wait([self._task])
        return self._response is None or self._response.is_closed

    async def _exchange(self) -> None:
        """Ask and listen.

        Raises:
            UpstreamFault: the API can't be reached, refused, or failed.
        """
        transport = await self._find_transport()
        try:
            async with AsyncExitStack() as stack:
                self._response = await self._accepted(transport, stack)
                await self._listen(self._response, transport)
        except transport.errors as exc:
            raise transport.fault(exc) from exc

    async def _accepted(self, transport: Transport, stack: AsyncExitStack) -> Response:
        """Wait for the headers of the answer, in time."""
        timeout = self._options.timeouts.accept * SHARE
        try:
            async with asyncio.timeout(timeout):
                response, level = await self._ask(transport, stack)
        except TimeoutError as exc:
            message = f"the model's API did not answer within {timeout:g} s"
            raise GenerationTimeout(message, phase="accept") from exc
        self._emit(Progress("accepted", source="model"))
        if level and not self._features[level]:
            self._emit(Progress("degraded", reason="the model doesn't think as asked", source="model"))
        if self._request.model is None:
            self._fallback.level = level
        return response

    async def _ask(self, transport: Transport, stack: AsyncExitStack) -> tuple[Response, int]:
        """Ask; a feature that the API refuses is given up for the next. Return the level that held, too."""
        model = self._request.model or self._options.model.model
        message = prompt.build(self._request.prompt, self._request.name)
        level = self._fallback.level
        while True:
            feature = self._features[level]
            try:
                return await stack.enter_async_context(transport.ask(model, message, feature)), level
            except transport.errors as exc:
                if not transport.denies(exc, feature):
                    raise
                level += 1

    async def _listen(self, response: Response, transport: Transport) -> None:
        """Read the answer to its end; once that was told, a stream may break or linger."""
        decoder = self._dialect.decoder(self._options.api_key)
        _check_type(response)
        try:
            async with asyncio.timeout(self._options.timeouts.total + self._options.end_margin) as deadline:
                await self._read(response, decoder, deadline)
        except TimeoutError as exc:
            if not decoder.complete:
                message = f"the answer took more than {self._options.timeouts.total:g} s"
                raise GenerationTimeout(message, phase="total") from exc
        except transport.errors:
            if not decoder.complete:
                raise
        for event in decoder.end():
            self._emit(event)

    async def _read(self, response: Response, decoder: StreamDecoder, deadline: asyncio.Timeout) -> None:
        frames = sse.Decoder()
        clock = asyncio.get_running_loop().time
        async for piece in response.iter_bytes():
            at = int(time.time() * 1000)
            for frame in _frames(frames, piece):
                for event in decoder.hear(frame, at):
                    self._emit(event)
            if decoder.complete:
                deadline.reschedule(clock() + TAIL)


def _cancelled() -> bool:
    """Tell whether somebody wants the task that runs here to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _check_type(response: Response) -> None:
    """Refuse what can't be a stream, such as the page of a web server at the wrong address."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip()
    if kind in _NO_STREAMS:
        raise ModelRefused(f"the model's API answered with {kind}, not a stream (check [model] base_url)")


def _frames(decoder: sse.Decoder, piece: bytes) -> Sequence[sse.Frame]:
    try:
        return decoder.feed(piece)
    except ValueError as exc:
        raise UpstreamError(f"the model's API went too far: {exc}") from exc
