"""Plays a recorded answer of a model through everything that reads one, from the transport on."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from propactor.adapters.model.dialects import DIALECTS
from propactor.adapters.model.options import Options
from propactor.adapters.model.recording.tap import ANSWER, ASK, END, EVENT, FAULT
from propactor.adapters.model.run import ModelRun
from propactor.adapters.model.transport import Response
from propactor.core import jsontext
from propactor.core.errors import ModelRefused, UpstreamError, UpstreamFault
from propactor.core.recording import NO_TIMEOUT, BadRecording, Frame, FrameClock, Recording
from propactor.core.upstream import Emit, GenerationRequest
from propactor.settings.tables import Model, Timeouts


def opened(recording: Recording) -> Recording:
    """Return a recording that can be played.

    Raises:
        BadRecording: something is wrong or missing.
    """
    if recording.header.about.get("api") not in DIALECTS:
        raise BadRecording(1, f"about.api must be one of {', '.join(DIALECTS)}")
    kinds = [frame.data.get("type") for frame in recording.frames]
    if kinds[:1] != [ASK] or not {ANSWER, FAULT} & set(kinds[1:2]):
        raise BadRecording(2, "it must begin with what was asked, and what came of that")
    for frame in recording.frames[2:]:
        if frame.data.get("type") not in (EVENT, FAULT, END):
            raise BadRecording(frame.line, f"no model says {frame.data.get('type')!r}")
    return recording


def play(recording: Recording, request: GenerationRequest, emit: Emit, clock: FrameClock) -> ModelRun:
    """Make a run that plays a recording which was `opened`.

    Args:
        recording: What is played.
        request: What was asked for now; what was asked then counts.
        emit: Called with each event.
        clock: Says when each frame is due.
    """
    transport = RecordedTransport(recording.frames[1:], clock)
    model = Model(api=recording.header.about["api"], model="recorded")
    options = Options(model, Timeouts(accept=NO_TIMEOUT, total=NO_TIMEOUT))

    async def find() -> RecordedTransport:
        return transport

    return ModelRun(find, request, emit, options=options, fallback=_NoFallback())


@dataclass(slots=True)
class _NoFallback:
    """Nothing is refused that was answered then."""

    level: int = 0


class _Recorded(Exception):
    """A failure as the recording has it."""

    def __init__(self, fault: UpstreamFault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class RecordedResponse:
    """An answer whose body is in a recording.

    Args:
        head: The frame with its headers.
        body: The frames behind it.
        clock: Says when each frame is due.
    """

    def __init__(self, head: Frame, body: Sequence[Frame], clock: FrameClock) -> None:
        self.is_closed = False
        self.headers: Mapping[str, str] = head.data.get("headers") or {}
        self._body, self._clock = body, clock

    async def iter_bytes(self) -> AsyncIterator[bytes]:
        """Yield the body, each event when it is due."""
        for frame in self._body:
            await self._clock.until(frame.t)
            _check(frame)
            if frame.data["type"] == EVENT:
                yield _event(frame.data)


class RecordedTransport:
    """A transport that answers from a recording.

    Args:
        frames: The answer: its headers or its failure, then its body.
        clock: Says when each frame is due.
    """

    errors = (_Recorded,)

    def __init__(self, frames: Sequence[Frame], clock: FrameClock) -> None:
        self._frames, self._clock = frames, clock

    def ask(
        self,
        model: str,  # noqa: ARG002  what was asked then counts
        prompt: str,  # noqa: ARG002  the same
        feature: Mapping[str, Any],  # noqa: ARG002  the same
    ) -> AbstractAsyncContextManager[Response]:
        """Answer."""
        return self._answer()

    def denies(self, exc: Exception, feature: Mapping[str, Any]) -> bool:  # noqa: ARG002  the shape of a transport
        """Return False: a recording begins with the request that wasn't denied."""
        return False

    def fault(self, exc: Exception) -> UpstreamFault:
        """Return the failure that was recorded."""
        assert isinstance(exc, _Recorded)
        return exc.fault

    async def models(self) -> list[str]:
        """Return none: a recording doesn't say."""
        return []

    async def close(self) -> None:
        """Do nothing: there is no connection."""

    @asynccontextmanager
    async def _answer(self) -> AsyncIterator[Response]:
        head, *body = self._frames
        self._clock.resume(0.0)
        await self._clock.until(head.t)
        _check(head)
        response = RecordedResponse(head, body, self._clock)
        try:
            yield response
        finally:
            response.is_closed = True


def _check(frame: Frame) -> None:
    """Fail where the recorded answer failed."""
    if frame.data["type"] == FAULT:
        cls = UpstreamError if frame.data.get("recoverable") else ModelRefused
        raise _Recorded(cls(str(frame.data.get("message"))))


def _event(data: Mapping[str, Any]) -> bytes:
    """Write an event as it came."""
    body = data.get("data")
    text = body if isinstance(body, str) else jsontext.dumps(body).decode()
    lines = "".join(f"data: {line}\n" for line in text.split("\n"))
    return f"event: {data.get('event')}\n{lines}\n".encode()
