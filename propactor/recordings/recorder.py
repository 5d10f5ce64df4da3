"""Records what the upstreams of an application say while it generates one prop."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime

from propactor.actors.upstreams import Upstreams
from propactor.core.prop.naming import component_name
from propactor.core.recording import Header, Recording, Tape
from propactor.redaction.records import replaced
from propactor.registry import Recorded, find_recorded


class Recorder:
    """Puts a tape behind each upstream that can be recorded."""

    def __init__(self) -> None:
        self._tapes: list[tuple[str, Recorded, Tape]] = []

    def tap(self, upstreams: Upstreams) -> None:
        """Record what is said to and by upstreams; call it before they are started."""
        for name, upstream in upstreams.by_name.items():
            recorded = find_recorded(name)
            if recorded is not None:
                tape = Tape(time.monotonic)
                recorded.tap(upstream, tape)
                self._tapes.append((name, recorded, tape))

    def recording(self, prompt: str, title: str, private: Mapping[str, str]) -> Recording | None:
        """Return the last upstream's part in it, cleaned; None if none was asked.

        Args:
            prompt: What was asked for.
            title: What stands for the prompt everywhere.
            private: Words not to be shown, and what to say instead of each.
        """
        words = {prompt.strip(): title, **private}
        for name, recorded, tape in reversed(self._tapes):
            about, frames = recorded.clean(tape.frames(), lambda text: replaced(text, words))
            if frames:
                date = datetime.now(UTC).date().isoformat()
                header = Header(name, title, component_name(title), date, about)
                return Recording(header, frames)
        return None
