"""The clock of a recording that is played: frames are due at their times, by a factor, or at once."""

import asyncio

Speed = float | None
"""How many times as fast as it was; None for as fast as possible."""


class PlaybackClock:
    """Waits until frames of a recording are due. A delay moves all that follows.

    Args:
        speed: How many times as fast as it was; None for as fast as possible.
    """

    def __init__(self, speed: Speed) -> None:
        self._speed = speed
        self._clock = asyncio.get_running_loop().time
        self._zero = self._clock()

    async def until(self, t: float) -> None:
        """Wait for a time of the recording, in seconds; at full speed only give the loop a turn."""
        await asyncio.sleep(0 if self._speed is None else max(0.0, self._due(t) - self._clock()))

    def resume(self, t: float) -> None:
        """Let a time of the recording, in seconds, be now, if now is later than it was due."""
        if self._speed is not None:
            self._zero += max(0.0, self._clock() - self._due(t))

    def _due(self, t: float) -> float:
        return self._zero + t / (self._speed or 1)
