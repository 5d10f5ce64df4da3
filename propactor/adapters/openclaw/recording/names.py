"""Names of sessions and runs in a recording, and the names that stand for them in a replay."""

from collections.abc import Mapping, Sequence
from typing import Any

from propactor.core.recording import Frame

_NAMES = ("idempotencyKey", "sessionKey")
_LONGEST = 200
"""Characters: what is longer is text, and not ours to change."""


class Names:
    """Learns the names of today from each request for a run.

    Args:
        frames: The recording, with the requests that were made then.
    """

    def __init__(self, frames: Sequence[Frame]) -> None:
        asked = (frame.data for frame in frames if frame.data.get("method") == "agent")
        self._recorded = [data.get("params") or {} for data in asked]
        self._today: dict[str, str] = {}

    def learn(self, method: str, params: Mapping[str, Any]) -> None:
        """Take a request of today: it stands for the next one of its kind in the recording."""
        if method == "agent" and self._recorded:
            recorded = self._recorded.pop(0)
            self._today |= {str(recorded.get(name)): str(params.get(name)) for name in _NAMES}

    def renew(self, value: Any) -> Any:
        """Return a copy with today's names."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self.renew(inner) for inner in value]
        if isinstance(value, Mapping):
            return {key: self.renew(inner) for key, inner in value.items()}
        return value

    def _text(self, text: str) -> str:
        if len(text) <= _LONGEST:
            for recorded, today in self._today.items():
                text = text.replace(recorded, today)
        return text
