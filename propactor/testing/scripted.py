"""An upstream without a network: its script has the very events that readers get."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal

from propactor.core.events import CLASSES, Event, Source
from propactor.core.upstream import Emit, GenerationRequest, Reply
from propactor.testing.steps import Wait

__all__ = ["Script", "ScriptedRun", "ScriptedUpstream", "Step", "Stopping", "Wait"]

Step = Event | Wait | asyncio.Event | BaseException | Reply
"""What a run does: emit an event, wait, wait until an asyncio event is set, raise an error, or end."""
Script = Sequence[Step] | Callable[[GenerationRequest], Sequence[Step]]
Stopping = Literal["confirmed", "unconfirmed", "silent"]
"""How a run answers when it is asked to stop: that it has, that it can't say, or not at all."""


class ScriptedRun:
    """One generation: ``started``, ``stopped`` (it was asked to stop) and ``ended`` can be waited for."""

    def __init__(
        self, request: GenerationRequest, emit: Emit, script: Sequence[Step], stopping: Stopping
    ) -> None:
        """Play nothing yet.

        Args:
            request: what is to be generated.
            emit: takes the events.
            script: the steps.
            stopping: how the run answers when it is asked to stop.
        """
        self.request = request
        self.started = asyncio.Event()
        self.stopped = asyncio.Event()
        self.ended = asyncio.Event()
        self._emit, self._script, self._stopping = emit, script, stopping

    async def finish(self) -> Reply:
        """Play the script.

        Raises:
            BaseException: the error in the script, whatever it is: adapters have defects, too.
        """
        self.started.set()
        try:
            return await self._play()
        finally:
            self.ended.set()

    async def stop(self) -> bool:
        """Keep that somebody asked, and answer as was set."""
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
    """An upstream inside the service: no gateway, no model, no socket, and nothing that isn't in the script.

    The steps are events of `propactor.core.events`, ``Wait``, an ``asyncio.Event`` (the run waits until it is
    set), an error (it is raised) and a ``Reply`` (the end; without one the run ends after its last step)::

        from propactor.core.events import TextDelta, Thinking
        from propactor.core.upstream import GenerationRequest
        from propactor.testing import ScriptedUpstream
        from propactor.testing.steps import Wait

        script = [Thinking("A lamp."), Wait(0.1), TextDelta("export function Lamp() {}")]
        upstream = ScriptedUpstream(script)
        run = upstream.begin(GenerationRequest("req_1", "job_1", "a lamp", "Lamp"), print)
        reply = await run.finish()  # as propactor's actors do, when the upstream is handed to them

    ``runs`` has every generation that was begun, with its request.
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
        """Begin no run yet.

        Args:
            script: what every run does, or a function from its request to that.
            name: what the upstream is called in logs, metrics and ``/models``.
            source: what events say about where they come from.
            stopping: how runs answer when they are asked to stop: ``silent`` ones never do.
            fault: what `problem` answers: why the upstream can't be asked just now.
        """
        self.name, self.source = name, source
        self.script, self.stopping, self.fault = script, stopping, fault
        self.runs: list[ScriptedRun] = []

    def problem(self) -> Exception | None:
        """Return the ``fault`` that was given."""
        return self.fault

    def begin(self, request: GenerationRequest, emit: Emit) -> ScriptedRun:
        """Return a new run, which plays nothing before its `finish` is awaited."""
        script = self.script(request) if callable(self.script) else self.script
        run = ScriptedRun(request, emit, script, self.stopping)
        self.runs.append(run)
        return run

    def session_key(self, request: GenerationRequest) -> str | None:
        """Return a name for the session, as a gateway's upstream does."""
        return f"{self.name}:{request.job_id}"
