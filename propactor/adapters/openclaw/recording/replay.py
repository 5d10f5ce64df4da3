"""Plays a recorded generation through everything that reads a gateway, from the wire on."""

import asyncio
import logging
from dataclasses import replace

from propactor.adapters.openclaw.connection.dialer import LinkTimes
from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.options import Options
from propactor.adapters.openclaw.protocol import capabilities as hellos
from propactor.adapters.openclaw.recording.recorded_gateway import RecordedGateway
from propactor.adapters.openclaw.recording.scrub import is_hello
from propactor.adapters.openclaw.recording.text_compaction import grow
from propactor.adapters.openclaw.run import OpenClawRun
from propactor.core.backoff import Backoff
from propactor.core.errors import GatewayRefused
from propactor.core.recording import NO_TIMEOUT, BadRecording, Frame, FrameClock, Recording
from propactor.core.upstream import Emit, GenerationRequest, Reply
from propactor.settings.tables import Gateway, Timeouts, UpstreamOrder

log = logging.getLogger(__name__)

_OPTIONS = Options(
    # A setting may be an hour at most; a recording that is played slowly may need more.
    gateway=Gateway().model_copy(update={"rejoin_seconds": NO_TIMEOUT}),
    timeouts=Timeouts(accept=NO_TIMEOUT, total=NO_TIMEOUT),
    upstream=UpstreamOrder(detect_ms=int(NO_TIMEOUT * 1000)),
    connect_wait=NO_TIMEOUT,
    successor_wait=NO_TIMEOUT,
    call_timeout=NO_TIMEOUT,
)


def opened(recording: Recording) -> Recording:
    """Return a recording that can be played: with all its text, and with all that a run needs.

    Raises:
        BadRecording: something is wrong or missing.
    """
    frames = list(grow(recording.frames))
    for frame in frames:
        _check(frame)
    asked = next((place for place, frame in enumerate(frames) if frame.data.get("method") == "agent"), None)
    if asked is None:
        raise BadRecording(1, "no generation was asked for")
    if not any(is_hello(frame.data) for frame in frames[:asked]):
        raise BadRecording(frames[asked].line, "asked before the gateway said hello")
    return replace(recording, frames=frames)


def _check(frame: Frame) -> None:
    """Look at a frame before anybody relies on it."""
    payload = frame.data.get("payload")
    if frame.data.get("type") == "event" and not isinstance(payload, dict):
        raise BadRecording(frame.line, "an event must have a payload")
    if payload is not None and not isinstance(payload, dict):
        raise BadRecording(frame.line, "the payload must be an object")
    if is_hello(frame.data):
        try:
            hellos.parse(frame.data["payload"])
        except GatewayRefused as exc:
            raise BadRecording(frame.line, exc.message) from exc


class ReplayedRun:
    """One generation from a recording that was `opened`.

    Args:
        recording: What is played.
        request: What was asked for now; what was asked then counts.
        emit: Called with each event.
        clock: Says when each frame is due.
    """

    def __init__(
        self, recording: Recording, request: GenerationRequest, emit: Emit, clock: FrameClock
    ) -> None:
        gateway = self._gateway = RecordedGateway(recording.frames, clock)
        files = gateway.files if gateway.has_files else None
        # What isn't recorded, such as ticks, isn't missed; a lost connection is dialled again at once.
        self._link = Link(
            url="",
            open_wire=gateway,
            times=LinkTimes(connect=NO_TIMEOUT, grace=NO_TIMEOUT),
            backoff=Backoff(lambda least, _: least),
        )
        self._run = OpenClawRun(self._link, request, emit, _OPTIONS, transcripts=lambda _: files)
        self._playing: asyncio.Task[None] | None = None

    async def finish(self) -> Reply:
        """Play to the end, emitting events on the way.

        Raises:
            PropactorError: the recorded run failed.
        """
        self._link.start()
        self._playing = asyncio.create_task(self._play(), name="replay")
        try:
            return await self._run.finish()
        finally:
            await self.stop()

    async def stop(self) -> bool:
        """Stop playing, which always works."""
        if self._playing is not None:
            self._playing.cancel()
            await asyncio.wait([self._playing])
        await self._link.close()
        return True

    async def _play(self) -> None:
        """Play the gateway; when the recording ends, the link is closed."""
        try:
            await self._gateway.play(self._is_ready)
        except Exception:  # guards the task: the run must not wait for what will never come
            log.exception("a recording can't be played on")
        finally:
            await self._link.close()

    async def _is_ready(self) -> None:
        await self._link.wait_ready(NO_TIMEOUT)
