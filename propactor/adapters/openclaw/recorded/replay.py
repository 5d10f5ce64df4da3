"""A recorded generation at a gateway, played again through all that reads a gateway."""

from dataclasses import replace

from propactor.adapters.openclaw.adapter import OpenClawUpstream
from propactor.adapters.openclaw.recorded.pace import Speed
from propactor.adapters.openclaw.recorded.player import RecordedLink
from propactor.adapters.openclaw.run import Terms
from propactor.core.recording import Recording
from propactor.core.upstream import Emit, GenerationRequest, Reply

_PATIENCE = 86_400.0
"""Seconds: a recording can't hang, however slowly it is played."""
_TERMS = replace(Terms(), accept=_PATIENCE, rejoin=_PATIENCE, total=_PATIENCE, call=_PATIENCE)


class ReplayedRun:
    """One generation from a recording."""

    def __init__(self, recording: Recording, request: GenerationRequest, emit: Emit, speed: Speed) -> None:
        self._link = RecordedLink(recording.frames, speed)
        self._run = OpenClawUpstream(self._link, _TERMS).begin(request, emit)

    async def finish(self) -> Reply:
        """Play to the end, emitting events on the way.

        Raises:
            PropactorError: the recorded run failed.
        """
        self._link.start()
        try:
            return await self._run.finish()
        finally:
            await self._link.close()

    async def stop(self) -> bool:
        """Stop playing, which always works."""
        await self._link.close()
        return True
