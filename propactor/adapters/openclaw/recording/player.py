"""A link whose other end is a recording: a run can't tell it from a gateway's."""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from typing import Any

from propactor.adapters.openclaw.connection.connection import Connection
from propactor.adapters.openclaw.connection.dispatcher import Counters, Waiter
from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.protocol import capabilities as hellos
from propactor.adapters.openclaw.protocol.capabilities import boot
from propactor.adapters.openclaw.recording.files import RecordedFiles
from propactor.adapters.openclaw.recording.names import Names
from propactor.adapters.openclaw.recording.requests import Key, Requests
from propactor.adapters.openclaw.recording.scrub import is_hello
from propactor.core import jsontext
from propactor.core.errors import GatewayUnavailable
from propactor.core.recording import Frame, FrameClock

_COURTESY = 0.1
"""Seconds to wait for a request that was made then: one that is not made today is passed over."""
_FIRST: Key = ("agent", 0)
"""The one without which nothing follows."""


class RecordedConnection(Connection):
    """A connection without a wire: what is asked is answered from the recording."""

    def __init__(self, counters: Counters, link: "RecordedLink") -> None:
        super().__init__(counters)
        self._link = link

    def post(self, method: str, params: Mapping[str, Any], waiter: Waiter) -> str:
        """Take a request.

        Raises:
            GatewayUnavailable: the recorded connection is lost.
        """
        if self._lost.done():
            raise GatewayUnavailable("the recorded connection is closed")
        request_id = self.dispatcher.wait(waiter)
        self._link.hear(request_id, method, params)
        return request_id

    def say(self, frame: Mapping[str, Any]) -> None:
        """Let a frame come as over a wire."""
        self.dispatcher.receive(jsontext.dumps(frame))


class RecordedLink(Link):
    """Plays a recording to one run, from `start` on. Sessions, runs and requests are called as today."""

    def __init__(self, frames: Sequence[Frame], clock: FrameClock) -> None:
        super().__init__(url="")
        self._frames = frames
        self._clock = clock
        self._requests = Requests(self._frames)
        self._names = Names(self._frames)
        self._said: RecordedConnection | None = None
        self.files = RecordedFiles(self._requests)
        self.has_files = any(frame.source == "transcript" for frame in frames)

    def hear(self, request_id: str, method: str, params: Mapping[str, Any]) -> None:
        """Take a request of today; one that the recording doesn't know is refused."""
        self._names.learn(method, params)
        answers = self._requests.ask(method, request_id)
        if answers is None:
            why = {"code": "INVALID_REQUEST", "message": f"the recording has no answer to {method}"}
            answers = [{"type": "res", "ok": False, "error": why}]
        for answer in answers:
            asyncio.get_running_loop().call_soon(self._say, {**answer, "id": request_id})

    async def _run(self) -> None:
        """Play all frames, each when it is due, and hang up."""
        clock = self._clock
        clock.resume(0.0)
        try:
            for frame, key in zip(self._frames, self._requests.keys, strict=True):
                await clock.until(frame.t)
                if frame.direction == "in":
                    self._play(frame, key)
                elif key is not None:
                    await self._wait_for(key)
                    clock.resume(frame.t)
        finally:
            self._end("the recording ends here")

    async def _wait_for(self, key: Key) -> None:
        """Wait until a recorded request is made today, too."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if key == _FIRST else _COURTESY):
                await self._requests.asked(key)

    def _play(self, frame: Frame, key: Key | None) -> None:
        data: dict[str, Any] = self._names.renew(frame.data)
        if frame.source == "transcript":
            self.files.say(data, key)
        elif is_hello(data):
            self._pick_up(data["payload"])
        elif data.get("type") == "closed":
            self._hang_up(str(data.get("message")))
        elif data.get("type") == "event":
            self._say({**data, "payload": {**data["payload"], "ts": time.time_ns() // 1_000_000}})
        elif key is not None and (request_id := self._requests.answer(key, data)) is not None:
            self._say({**data, "id": request_id})

    def _say(self, frame: Mapping[str, Any]) -> None:
        if self._said is not None:
            self._said.say(frame)

    def _pick_up(self, payload: Mapping[str, Any]) -> None:
        """Be connected, with a gateway that says this of itself."""
        if self._said is not None:
            self._hang_up("the gateway was connected anew")
        self._connection = self._said = RecordedConnection(self.counters, self)
        self.hello = hellos.parse(payload)
        self.identity = boot(self.hello, asyncio.get_running_loop().time())
        self._failure = None
        for trigger in ("dial", "greet", "accept"):
            self._enter(trigger)

    def _hang_up(self, why: str) -> None:
        """Lose the connection."""
        connection, self._connection, self._said = self._said, None, None
        if connection is not None:
            self._failure = GatewayUnavailable(why)
            self._enter("lose")
            connection.end(self._failure)

    def _end(self, why: str) -> None:
        """Lose the connection for good."""
        self._hang_up(why)
        self.files.close()
        self._enter("stop")
