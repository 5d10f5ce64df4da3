"""Anthropic's messages: blocks of thoughts and of text, each with a start, deltas and a stop."""

from collections.abc import Iterator, Mapping
from typing import Any

from propactor.adapters.model.stream_decoder import StreamDecoder, text
from propactor.core.events import Event
from propactor.settings.tables import Model

_BUDGETS = {"minimal": 1024, "low": 2048, "default": 4096, "medium": 4096, "high": 8192}
"""Tokens to think with, on models that want a number."""
_EFFORTS = {"minimal": "low", "low": "low", "medium": "medium", "high": "high"}
_OFF = {"thinking": {"type": "disabled"}}


class Messages(StreamDecoder):
    """Reads events. Each block of thoughts is a thought of its own."""

    def read(self, data: Mapping[str, Any], at: int) -> Iterator[Event]:
        """Read an event; those we don't know, such as pings, say nothing."""
        match data.get("type"):
            case "content_block_delta":
                yield from self._content(data.get("delta") or {}, at)
            case "content_block_start":
                yield from self.builder.end_thought()
                yield from self._content(data.get("content_block") or {}, at)
            case "message_delta":
                self._note(data.get("delta") or {})
            case "message_stop":
                self.closed = True

    def _content(self, content: Mapping[str, Any], at: int) -> Iterator[Event]:
        yield from self.builder.think(text(content.get("thinking")))
        yield from self.builder.say(text(content.get("text")), at)

    def _note(self, delta: Mapping[str, Any]) -> None:
        """Note why the message ends, and the words of a refusal."""
        self.reason = delta.get("stop_reason") or self.reason
        if self.reason == "refusal":
            self.refusal = text((delta.get("stop_details") or {}).get("explanation"))


def body(model: str, prompt: str, settings: Model) -> dict[str, Any]:
    """Return the request."""
    messages = [{"role": "user", "content": prompt}]
    return {"model": model, "messages": messages, "max_tokens": settings.max_tokens, "stream": True}


def features(settings: Model) -> tuple[Mapping[str, Any], ...]:
    """Return what to add to the request, best first.

    Models from 4.6 on think as they see fit and show a summary only to who asks for it; those up to 4.6
    want a number of tokens; the oldest don't think.
    """
    if settings.thinking == "off":
        return (_OFF, {})
    effort = _EFFORTS.get(settings.thinking)
    adaptive: dict[str, Any] = {"thinking": {"type": "adaptive", "display": "summarized"}}
    if effort is not None:
        adaptive["output_config"] = {"effort": effort}
    budget = min(_BUDGETS[settings.thinking], settings.max_tokens // 2)
    return (adaptive, {"thinking": {"type": "enabled", "budget_tokens": budget}}, {})
