"""An upstream that says what it is told, when it is told: for tests and demonstrations."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from propactor.core.events import Event, Source
from propactor.core.upstream import Emit, GenerationRequest, Reply


@dataclass(frozen=True, slots=True)
class Wait:
    """Say nothing for some seconds."""

    seconds: float


Step = Event | Wait | asyncio.Event | Exception | Reply


class ScriptedUpstream:
    """Plays the same script for every generation.

    A step is an event to say, a ``Wait``, an ``asyncio.Event`` to wait for, an exception to raise, or the
    ``Reply`` to end with; without one the deltas are the text. ``stops`` is what it answers to being
    stopped; None never answers. ``begun`` and ``stopped`` count.
    """

    name = "scripted"

    def __init__(
        self, script: Sequence[Step] = (), *, source: Source = "gateway", stops: bool | None = True
    ) -> None:
        self.source: Source = source
        self.script = tuple(script)
        self.stops = stops
        self.begun = 0
        self.stopped = 0
        self.fault: Exception | None = None

    def problem(self) -> Exception | None:
        """Return ``fault``, which a test may set."""
        return self.fault

    def session_key(self, request: GenerationRequest) -> str | None:
        """Name a session after the job."""
        return f"scripted:{request.job_id}"

    def begin(self, request: GenerationRequest, emit: Emit) -> "ScriptedRun":  # noqa: ARG002  the same for all
        """Make a run."""
        self.begun += 1
        return ScriptedRun(self, emit)


class ScriptedRun:
    """One playing of the script."""

    def __init__(self, upstream: ScriptedUpstream, emit: Emit) -> None:
        self._upstream = upstream
        self._emit = emit

    async def finish(self) -> Reply:
        """Play the script to its end.

        Raises:
            Exception: the one in the script.
        """
        for step in self._upstream.script:
            if isinstance(step, Reply):
                return step
            await self._play(step)
        return Reply()

    async def _play(self, step: Step) -> None:
        if isinstance(step, Wait):
            await asyncio.sleep(step.seconds)
        elif isinstance(step, asyncio.Event):
            await step.wait()
        elif isinstance(step, Exception):
            raise step
        elif not isinstance(step, Reply):
            self._emit(step)

    async def stop(self) -> bool:
        """Answer as told."""
        self._upstream.stopped += 1
        if self._upstream.stops is None:
            await asyncio.Event().wait()
        return bool(self._upstream.stops)
