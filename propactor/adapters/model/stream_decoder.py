"""From the frames of a model's stream to our events: what both APIs have in common. Pure, one an answer."""

from collections.abc import Iterator, Mapping
from typing import Any

from propactor.adapters.model import api_errors
from propactor.adapters.model.event_builder import EventBuilder
from propactor.core import jsontext
from propactor.core.errors import ModelRefused, UpstreamError
from propactor.core.events import Event, Progress
from propactor.core.sse import Frame

CUT = frozenset({"length", "max_tokens", "model_context_window_exceeded"})
"""Reasons to end that mean: there would have been more to say."""
REFUSED = frozenset({"content_filter", "refusal"})
FAILED = frozenset({"error", "abort", "insufficient_system_resource"})
"""Reasons to end by which OpenRouter, vLLM and DeepSeek report a failure."""


class StreamDecoder:
    """Reads one answer. ``reason`` is why it ended, as the API says; ``closed``: the end was marked.

    Whatever the API says of errors, ``key`` is kept out of it.
    """

    def __init__(self, key: str = "") -> None:
        self._key = key
        self.builder = EventBuilder()
        self.reason: str | None = None
        self.closed = False
        self.refusal = ""

    @property
    def complete(self) -> bool:
        """Tell whether the answer is known to be at its end: what follows can only be numbers."""
        return self.closed or self.reason is not None

    def hear(self, frame: Frame, at: int) -> Iterator[Event]:
        """Turn one frame, which came ``at`` so many milliseconds since the epoch, into events.

        Raises:
            UpstreamError: it says that something failed, or it is no JSON.
        """
        try:
            data = jsontext.loads(frame.data)
        except ValueError as exc:
            raise UpstreamError("the model's API sent something that is no JSON") from exc
        if not isinstance(data, Mapping):
            return
        if error := data.get("error"):
            raise api_errors.told(error, self._key)
        yield from self.read(data, at)

    def read(self, data: Mapping[str, Any], at: int) -> Iterator[Event]:
        """Turn the object in a frame into events."""
        raise NotImplementedError

    def end(self) -> Iterator[Event]:
        """Say what was held back, and whether the model was cut short.

        Raises:
            UpstreamError: the stream was torn, the model failed, or it refused.
        """
        if not self.complete:
            raise UpstreamError("the model's stream ended before its answer did")
        if self.refusal or self.reason in REFUSED:
            raise ModelRefused(
                api_errors.sentence("the model refused", self.refusal or self.reason, self._key)
            )
        if self.reason in FAILED:
            raise UpstreamError(f"the model failed: {self.reason}")
        yield from self.builder.end()
        if self.reason in CUT:
            message = "The model stopped at its limit of length; its text may be incomplete."
            yield Progress("capped", reason=self.reason, message=message, source="model")


def text(value: object) -> str:
    """Return what should be text, and nothing where something else is."""
    return value if isinstance(value, str) else ""
