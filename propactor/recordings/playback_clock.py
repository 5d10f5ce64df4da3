"""When a frame of a recording is due: at its time, sooner or later by a factor, or at once."""

import asyncio

Speed = float | None
"""How many times as fast as it was; None for as fast as possible."""


class PlaybackClock:
    """Keeps time with a recording. What had to wait for somebody moves all that follows."""

    def __init__(self, speed: Speed) -> None:
        self._speed = speed
        self._clock = asyncio.get_running_loop().time
        self._zero = self._clock()

    async def until(self, t: float) -> None:
        """Wait for a time of the recording; at full speed only let others have their turn."""
        await asyncio.sleep(0 if self._speed is None else max(0.0, self._due(t) - self._clock()))

    def resume(self, t: float) -> None:
        """Go on from a time of the recording now, if that is later than it was due."""
        if self._speed is not None:
            self._zero += max(0.0, self._clock() - self._due(t))

    def _due(self, t: float) -> float:
        return self._zero + t / (self._speed or 1)
