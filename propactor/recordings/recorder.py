"""Listens in on an application that generates one prop, and makes a recording of what its upstream said."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from propactor.actors.upstreams import Upstreams
from propactor.adapters.model.recording import scrub as model
from propactor.adapters.model.recording.tap import tap as tap_model
from propactor.adapters.openclaw.recording import scrub as openclaw
from propactor.adapters.openclaw.recording.tap import tap as tap_openclaw
from propactor.core.prop.naming import component_name
from propactor.core.recording import Frame, Header, Recording, Tape
from propactor.redaction.records import Scrub, replaced

Clean = Callable[[Iterable[Frame], Scrub], tuple[dict[str, Any], list[Frame]]]


@dataclass(frozen=True, slots=True)
class _Kind:
    """How to listen in on a kind of upstream, and what of it may be kept."""

    tap: Callable[[Any, Tape], None]
    clean: Clean


_KINDS: Mapping[str, _Kind] = {
    "openclaw": _Kind(tap_openclaw, openclaw.cleaned),
    "model": _Kind(tap_model, model.cleaned),
}


class Recorder:
    """Puts a tape behind each upstream that can be recorded."""

    def __init__(self) -> None:
        self.tapes: dict[str, Tape] = {}

    def tap(self, upstreams: Upstreams) -> None:
        """Record what is said to and by upstreams; call it before they are started."""
        by_name = upstreams.by_name
        self.tapes = {name: Tape(time.monotonic) for name in by_name if name in _KINDS}
        for name, tape in self.tapes.items():
            _KINDS[name].tap(by_name[name], tape)

    def recording(self, prompt: str, title: str, private: Mapping[str, str]) -> Recording | None:
        """Return the last upstream's part in it, cleaned; None if none was asked.

        ``title`` stands for the prompt everywhere. ``private`` are words not to be shown, and what to say
        instead.
        """
        words = {prompt.strip(): title, **private}
        for kind, tape in reversed(self.tapes.items()):
            about, frames = _KINDS[kind].clean(tape.frames(), lambda text: replaced(text, words))
            if frames:
                date = datetime.now(UTC).date().isoformat()
                header = Header(kind, title, component_name(title), date, about)
                return Recording(header, frames)
        return None
