"""A gateway that is a recording: opens wires, answers requests, and sends events in their time."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from propactor.adapters.openclaw.connection.websocket import OnText
from propactor.adapters.openclaw.connection.wire import OnLost
from propactor.adapters.openclaw.recording.files import RecordedFiles
from propactor.adapters.openclaw.recording.names import Names
from propactor.adapters.openclaw.recording.requests import Key, Requests
from propactor.adapters.openclaw.recording.scrub import is_hello
from propactor.core import jsontext
from propactor.core.errors import GatewayUnavailable, PropactorError
from propactor.core.recording import Frame, FrameClock

Json = Mapping[str, Any]
_COURTESY = 0.1
"""Seconds to wait for a request that was made then: one that is not made today is passed over."""
_FIRST: Key = ("agent", 0)
"""The one without which nothing follows."""


class RecordedWire:
    """A wire whose other end is a recording.

    Args:
        on_request: Called with the wire and each request that is sent over it.
        on_text: Called with each message of the recording.
        on_lost: Called when the recording loses the connection.
    """

    def __init__(
        self, on_request: Callable[["RecordedWire", Json], None], *, on_text: OnText, on_lost: OnLost
    ) -> None:
        self._on_request, self._on_text, self._on_lost = on_request, on_text, on_lost
        self._closed = False

    def send(self, text: bytes) -> None:
        """Take a request."""
        self._on_request(self, jsontext.loads(text))

    async def drain(self) -> None:
        """Return: there is always room."""

    def close(self, error: PropactorError) -> None:  # noqa: ARG002  the shape of a wire
        """Deliver nothing any more."""
        self._closed = True

    async def wait_closed(self, timeout: float) -> None:
        """Return: there is no socket."""

    def deliver(self, frame: Json) -> None:
        """Let a message come, unless the wire is closed."""
        if not self._closed:
            self._on_text(jsontext.dumps(frame))

    def lose(self, error: PropactorError) -> None:
        """End it from the other side, unless it is closed."""
        if not self._closed:
            self._closed = True
            self._on_lost(error)


class RecordedGateway:
    """Plays the gateway of a recording to one run. Sessions, runs and requests are called as today.

    It opens wires, so a link takes it for ``open_wire``.

    Args:
        frames: The recording.
        clock: Says when each frame is due.
    """

    def __init__(self, frames: Sequence[Frame], clock: FrameClock) -> None:
        self._frames, self._clock = frames, clock
        self._requests = Requests(frames)
        self._names = Names(frames)
        self.files = RecordedFiles(self._requests)
        self.has_files = any(frame.source == "transcript" for frame in frames)
        self._wire: RecordedWire | None = None
        self._hello: Json = {}
        self._there = asyncio.Event()
        self._greeted = asyncio.Event()

    async def __call__(self, *, on_text: OnText, on_lost: OnLost) -> RecordedWire:
        """Open a wire as soon as the recording has somebody there, which is when its next hello is due."""
        await self._there.wait()
        self._there.clear()
        self._wire = RecordedWire(self._take, on_text=on_text, on_lost=on_lost)
        return self._wire

    async def play(self, ready: Callable[[], Awaitable[object]]) -> None:
        """Play all frames, each when it is due, and hang up.

        Args:
            ready: Waits until the other side knows that it is connected. Without it the frames behind a hello
                would be faster than the run that they are for: a real gateway's take longer than a few turns
                of the loop.
        """
        self._clock.resume(0.0)
        try:
            for frame, key in zip(self._frames, self._requests.keys, strict=True):
                await self._clock.until(frame.t)
                if is_hello(frame.data):
                    await self._greet(frame)
                    await ready()
                    self._clock.resume(frame.t)
                elif frame.direction == "in":
                    self._play(frame, key)
                elif key is not None:
                    await self._wait_for(key)
                    self._clock.resume(frame.t)
        finally:
            self._lose("the recording ends here")
            self.files.close()

    async def _greet(self, frame: Frame) -> None:
        """Be there for whoever connects, and say hello."""
        self._lose("the gateway was connected anew")
        self._hello = self._names.renew(frame.data)
        self._greeted.clear()
        self._there.set()
        await self._greeted.wait()

    async def _wait_for(self, key: Key) -> None:
        """Wait until a recorded request is made today, too."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if key == _FIRST else _COURTESY):
                await self._requests.asked(key)

    def _take(self, wire: RecordedWire, request: Json) -> None:
        """Take a request of today; one that the recording doesn't know is refused.

        What is answered at once is answered in the next turn of the loop, as over any wire: whoever asks
        first has to learn the id of his request.
        """
        for answer in self._answers(request["method"], request["params"], request["id"]):
            asyncio.get_running_loop().call_soon(wire.deliver, {**answer, "id": request["id"]})

    def _answers(self, method: str, params: Json, request_id: str) -> Sequence[Json]:
        """Return the answers to a request that there are by now."""
        if method == "connect":
            self._greeted.set()
            return [self._hello]
        self._names.learn(method, params)
        answers = self._requests.ask(method, request_id)
        if answers is None:
            why = {"code": "INVALID_REQUEST", "message": f"the recording has no answer to {method}"}
            return [{"type": "res", "ok": False, "error": why}]
        return answers

    def _play(self, frame: Frame, key: Key | None) -> None:
        """Let a message come, or the loss of the connection."""
        data: dict[str, Any] = self._names.renew(frame.data)
        if frame.source == "transcript":
            self.files.say(data, key)
        elif data.get("type") == "closed":
            self._lose(str(data.get("message")))
        elif data.get("type") == "event":
            # When it was written is now: so the time it takes to a reader can be measured.
            self._deliver({**data, "payload": {**data["payload"], "ts": time.time_ns() // 1_000_000}})
        elif key is not None and (request_id := self._requests.answer(key, data)) is not None:
            self._deliver({**data, "id": request_id})

    def _deliver(self, frame: Json) -> None:
        if self._wire is not None:
            self._wire.deliver(frame)

    def _lose(self, why: str) -> None:
        """Lose the connection, if there is one."""
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.lose(GatewayUnavailable(why))
