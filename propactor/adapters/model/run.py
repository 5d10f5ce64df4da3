"""One answer of a model: ask, pass on what comes, say how it ended."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import Protocol

from propactor.adapters.model.library import Line, Response
from propactor.adapters.model.listening import Listener
from propactor.adapters.model.terms import Terms
from propactor.core import sse
from propactor.core.errors import Cancelled, GenerationTimeout, ModelRefused, UpstreamError
from propactor.core.events import Progress
from propactor.core.upstream import SHARE, Emit, GenerationRequest, Reply
from propactor.prompting import prompt

TAIL = 1.0
"""Seconds that a stream may stay open once the answer has ended: the connection can be used again then."""
_NO_STREAMS = ("text/html", "application/json")


class Ladder(Protocol):
    """Remembers which wishes the configured model refuses: ``rung`` is the first that it doesn't."""

    rung: int


class ModelRun:
    """Drive one request to its end, in a task of its own: to end the task is to hang up."""

    def __init__(
        self,
        line: Callable[[], Awaitable[Line]],
        request: GenerationRequest,
        emit: Emit,
        *,
        terms: Terms,
        ladder: Ladder,
    ) -> None:
        self._find_line, self._request, self._emit = line, request, emit
        self._terms, self._ladder = terms, ladder
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
        line = await self._find_line()
        try:
            async with AsyncExitStack() as stack:
                self._response = await self._accepted(line, stack)
                await self._listen(self._response, line)
        except line.errors as exc:
            raise line.fault(exc) from exc

    async def _accepted(self, line: Line, stack: AsyncExitStack) -> Response:
        """Wait for the headers of the answer, in time."""
        patience = self._terms.accept * SHARE
        try:
            async with asyncio.timeout(patience):
                response, rung = await self._ask(line, stack)
        except TimeoutError as exc:
            message = f"the model's API did not answer within {patience:g} s"
            raise GenerationTimeout(message, phase="accept") from exc
        self._emit(Progress("accepted", source="model"))
        if rung and not line.wishes[rung]:
            self._emit(Progress("degraded", reason="the model doesn't think as asked", source="model"))
        if self._request.model is None:
            self._ladder.rung = rung
        return response

    async def _ask(self, line: Line, stack: AsyncExitStack) -> tuple[Response, int]:
        """Ask; a wish that the API refuses is given up for the next. Return the rung that held, too."""
        model = self._request.model or self._terms.model
        message = prompt.build(self._request.prompt, self._request.name)
        rung = self._ladder.rung
        while True:
            wish = line.wishes[rung]
            try:
                return await stack.enter_async_context(line.ask(model, message, wish)), rung
            except line.errors as exc:
                if not line.denies(exc, wish):
                    raise
                rung += 1

    async def _listen(self, response: Response, line: Line) -> None:
        """Read the answer to its end; once that was told, a stream may break or linger."""
        listener = line.listener()
        _check_type(response)
        try:
            async with asyncio.timeout(self._terms.total + self._terms.margin) as patience:
                await self._read(response, listener, patience)
        except TimeoutError as exc:
            if not listener.complete:
                message = f"the answer took more than {self._terms.total:g} s"
                raise GenerationTimeout(message, phase="total") from exc
        except line.errors:
            if not listener.complete:
                raise
        for event in listener.end():
            self._emit(event)

    async def _read(self, response: Response, listener: Listener, patience: asyncio.Timeout) -> None:
        decoder = sse.Decoder()
        clock = asyncio.get_running_loop().time
        async for piece in response.iter_bytes():
            at = int(time.time() * 1000)
            for frame in _frames(decoder, piece):
                for event in listener.hear(frame, at):
                    self._emit(event)
            if listener.complete:
                patience.reschedule(clock() + TAIL)


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
