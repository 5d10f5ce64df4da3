"""Who stands in for a run where its events arrive: to look for the first costs the later ones nothing."""

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from propactor.adapters.openclaw.dispatcher import Sink
from propactor.core.errors import PropactorError

LIMIT = 10_000
"""Events held; of more the oldest may go, for each tells the text so far."""


class FirstEventSink:
    """Waits for the first event, then tells that it came and what it is."""

    def __init__(self, run: Sink, came: Callable[[Mapping[str, Any]], None]) -> None:
        self._run, self._came = run, came

    def receive(self, payload: Mapping[str, Any]) -> None:
        """Take the first event."""
        self._came(payload)

    def fail(self, error: PropactorError) -> None:
        """Pass on that no more will come."""
        self._run.fail(error)


class BufferSink:
    """Holds events until somebody has read what came before them."""

    def __init__(self, run: Sink) -> None:
        self.payloads: deque[Mapping[str, Any]] = deque(maxlen=LIMIT)
        self._run = run

    def receive(self, payload: Mapping[str, Any]) -> None:
        """Hold an event."""
        self.payloads.append(payload)

    def fail(self, error: PropactorError) -> None:
        """Pass on that no more will come."""
        self._run.fail(error)
