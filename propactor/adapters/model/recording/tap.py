"""Takes down what a model's API is asked and what it answers: a tap on its transport."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from propactor.adapters.model.options import Api
from propactor.adapters.model.transport import Response, Transport
from propactor.adapters.model.upstream import ModelUpstream
from propactor.core import jsontext, sse
from propactor.core.errors import UpstreamFault
from propactor.core.recording import Direction, Tape

ASK, ANSWER, EVENT, FAULT, END = "ask", "answer", "event", "fault", "end"
"""What a frame can be: a request, the headers of its answer, a piece of its body, a failure, its end."""


class TappedResponse:
    """An answer that is taken down while it is read, event by event."""

    def __init__(self, response: Response, tape: Tape) -> None:
        self.headers = response.headers
        self._response, self._tape = response, tape

    @property
    def is_closed(self) -> bool:
        """Tell whether the connection was let go."""
        return self._response.is_closed

    async def iter_bytes(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes."""
        decoder = sse.Decoder()
        async for piece in self._response.iter_bytes():
            for frame in decoder.feed(piece):
                _write(self._tape, "in", EVENT, event=frame.event, data=_parsed(frame.data))
            yield piece
        _write(self._tape, "in", END)


class TappedTransport:
    """A transport that is taken down: what is asked, what comes, and what fails.

    Args:
        transport: Does what this one is asked for.
        tape: Where to.
        api: Which API it is.
    """

    def __init__(self, transport: Transport, tape: Tape, *, api: Api) -> None:
        self._transport, self._tape, self._api = transport, tape, api

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """Return everything that may come out of it."""
        return self._transport.errors

    def ask(
        self, model: str, prompt: str, feature: Mapping[str, Any]
    ) -> AbstractAsyncContextManager[Response]:
        """Ask."""
        # A recording calls a feature a wish: it is older than the word, and the format doesn't change.
        _write(self._tape, "out", ASK, api=self._api, model=model, prompt=prompt, wish=dict(feature))
        return self._listen(self._transport.ask(model, prompt, feature))

    def denies(self, exc: Exception, feature: Mapping[str, Any]) -> bool:
        """Tell whether it is just this feature that the API refuses."""
        return self._transport.denies(exc, feature)

    def fault(self, exc: Exception) -> UpstreamFault:
        """Turn one of its errors into ours."""
        return self._transport.fault(exc)

    async def models(self) -> list[str]:
        """Return the names of the models that the API lists."""
        return await self._transport.models()

    async def close(self) -> None:
        """Let go of all connections."""
        await self._transport.close()

    @asynccontextmanager
    async def _listen(self, asked: AbstractAsyncContextManager[Response]) -> AsyncIterator[Response]:
        try:
            async with asked as response:
                kind = response.headers.get("content-type", "")
                _write(self._tape, "in", ANSWER, headers={"content-type": kind})
                yield TappedResponse(response, self._tape)
        except self.errors as exc:
            fault = self.fault(exc)
            _write(self._tape, "in", FAULT, message=fault.message, recoverable=fault.recoverable)
            raise


def tap(upstream: ModelUpstream, tape: Tape) -> None:
    """Take down everything that passes between an upstream and its API; before it is started."""
    make = upstream.make_transport
    upstream.make_transport = lambda options: TappedTransport(make(options), tape, api=options.model.api)


def _write(tape: Tape, direction: Direction, kind: str, **more: Any) -> None:
    tape.write(direction, "model", jsontext.dumps({"type": kind, **more}))


def _parsed(data: str) -> Any:
    """Return the JSON in an event, or its text: some APIs end with a word."""
    try:
        return jsontext.loads(data)
    except ValueError:
        return data
