"""An upstream that says what it is told, when it is told: for tests and demos."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from propactor.core.events import CLASSES, Event, Source
from propactor.core.upstream import Emit, GenerationRequest, Reply


@dataclass(frozen=True, slots=True)
class Wait:
    """Let so many seconds pass."""

    seconds: float


Step = Event | Wait | asyncio.Event | BaseException | Reply
"""What a run does: say an event, wait, wait for somebody, fail, or end."""
Script = Sequence[Step] | Callable[[GenerationRequest], Sequence[Step]]
Stopping = Literal["confirmed", "unconfirmed", "silent"]
"""How a run answers when it is asked to stop: yes, no, or never."""


class ScriptedRun:
    """One generation: plays the script, and remembers whether it was asked to stop."""

    def __init__(
        self, request: GenerationRequest, emit: Emit, script: Sequence[Step], stopping: Stopping
    ) -> None:
        self.request = request
        self.started = asyncio.Event()
        self.stopped = asyncio.Event()
        self.ended = asyncio.Event()
        self._emit, self._script, self._stopping = emit, script, stopping

    async def finish(self) -> Reply:
        """Play the script.

        Raises:
            BaseException: what the script says; as it is, for adapters have defects too.
        """
        self.started.set()
        try:
            return await self._play()
        finally:
            self.ended.set()

    async def stop(self) -> bool:
        """Remember that somebody asked, and answer as the script's owner wants."""
        self.stopped.set()
        if self._stopping == "silent":
            await asyncio.Event().wait()
        return self._stopping == "confirmed"

    async def _play(self) -> Reply:
        for step in self._script:
            if isinstance(step, Reply):
                return step
            await self._perform(step)
        return Reply()

    async def _perform(self, step: Step) -> None:
        match step:
            case Wait():
                await asyncio.sleep(step.seconds)
            case asyncio.Event():
                await step.wait()
            case BaseException():
                raise step
            case _ if isinstance(step, CLASSES):
                self._emit(step)


class ScriptedUpstream:
    """Plays one script for every generation, or one chosen by the request; ``runs`` holds them all.

    ``fault`` is what ``problem`` answers, for an upstream that can't be asked just now.
    """

    def __init__(
        self,
        script: Script = (),
        *,
        name: str = "scripted",
        source: Source = "gateway",
        stopping: Stopping = "confirmed",
        fault: Exception | None = None,
    ) -> None:
        self.name, self.source = name, source
        self.script, self.stopping, self.fault = script, stopping, fault
        self.runs: list[ScriptedRun] = []

    def problem(self) -> Exception | None:
        """Return what the owner set."""
        return self.fault

    def begin(self, request: GenerationRequest, emit: Emit) -> ScriptedRun:
        """Make a run."""
        script = self.script(request) if callable(self.script) else self.script
        run = ScriptedRun(request, emit, script, self.stopping)
        self.runs.append(run)
        return run

    def session_key(self, request: GenerationRequest) -> str | None:
        """Name a session, as a gateway would."""
        return f"{self.name}:{request.job_id}"
