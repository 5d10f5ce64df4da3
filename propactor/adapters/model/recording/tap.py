"""Take down what a model's API is asked and what it answers: a tap between its client and our reader."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from propactor.adapters.model.client import ModelClient, Response
from propactor.adapters.model.upstream import ModelUpstream
from propactor.core import jsontext, sse
from propactor.core.recording import Direction, Tape

ASK, ANSWER, EVENT, FAULT, END = "ask", "answer", "event", "fault", "end"
"""What a frame can be: a request, the headers of its answer, a piece of its body, a failure, its end."""


class TapedResponse:
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


class TapedClient(ModelClient):
    """A client that is listened in on."""

    def __init__(self, client: ModelClient, tape: Tape) -> None:
        vars(self).update(vars(client))
        self._tape = tape

    def ask(
        self, model: str, prompt: str, feature: Mapping[str, Any]
    ) -> AbstractAsyncContextManager[Response]:
        """Ask."""
        _write(
            self._tape,
            "out",
            ASK,
            api=self._options.model.api,
            model=model,
            prompt=prompt,
            feature=dict(feature),
        )
        return self._listen(super().ask(model, prompt, feature))

    @asynccontextmanager
    async def _listen(self, asked: AbstractAsyncContextManager[Response]) -> AsyncIterator[Response]:
        try:
            async with asked as response:
                kind = response.headers.get("content-type", "")
                _write(self._tape, "in", ANSWER, headers={"content-type": kind})
                yield TapedResponse(response, self._tape)
        except self.errors as exc:
            fault = self.fault(exc)
            _write(self._tape, "in", FAULT, message=fault.message, recoverable=fault.recoverable)
            raise


def tap(upstream: ModelUpstream, tape: Tape) -> None:
    """Take down all that an upstream says and hears; before it is started."""
    upstream.listen = lambda client: TapedClient(client, tape)


def _write(tape: Tape, direction: Direction, kind: str, **more: Any) -> None:
    tape.write(direction, "model", jsontext.dumps({"type": kind, **more}))


def _parsed(data: str) -> Any:
    """Return the JSON in an event, or its text: some APIs end with a word."""
    try:
        return jsontext.loads(data)
    except ValueError:
        return data
