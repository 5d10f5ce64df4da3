"""OpenAI's chat completions, as OpenAI, Ollama, llama.cpp, vLLM and OpenRouter stream them."""

from collections.abc import Iterator, Mapping
from typing import Any

from propactor.adapters.model.stream_decoder import StreamDecoder, text
from propactor.core.events import Event
from propactor.core.sse import Frame
from propactor.settings.tables import Model

DONE = "[DONE]"
_EFFORT = {"off": "none"}


class Completions(StreamDecoder):
    """Reads chunks. Thoughts are in ``reasoning_content`` or, on newer servers, ``reasoning``; never both."""

    def hear(self, frame: Frame, at: int) -> Iterator[Event]:
        """Turn one frame into events; the last is no JSON."""
        if frame.data.startswith(DONE):
            self.closed = True
            return
        yield from super().hear(frame, at)

    def read(self, data: Mapping[str, Any], at: int) -> Iterator[Event]:
        """Read a chunk; those that carry only numbers have no choices."""
        choice = next(iter(data.get("choices") or ()), None)
        if not isinstance(choice, Mapping):
            return
        delta = choice.get("delta") or {}
        yield from self.builder.think(text(delta.get("reasoning_content")) or text(delta.get("reasoning")))
        yield from self.builder.say(text(delta.get("content")), at)
        self.refusal += text(delta.get("refusal"))
        self.reason = choice.get("finish_reason") or self.reason


def body(model: str, prompt: str, _: Model) -> dict[str, Any]:
    """Return the request."""
    return {"model": model, "messages": [{"role": "user", "content": prompt}], "stream": True}


def features(settings: Model) -> tuple[Mapping[str, Any], ...]:
    """Return what to add to the request, best first; not every server knows of features."""
    if settings.thinking == "default":
        return ({},)
    return ({"reasoning_effort": _EFFORT.get(settings.thinking, settings.thinking)}, {})
