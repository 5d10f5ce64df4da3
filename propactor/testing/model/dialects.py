"""How a fake model speaks: OpenAI's chat completions and Anthropic's messages, as bytes of a stream."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from propactor.testing.steps import Step


@dataclass(frozen=True, slots=True)
class Refusal(Step):
    """As the first step: the request is refused with an HTTP status."""

    status: int = 500
    message: str = "the fake model is unwell"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Frame(Step):
    """Bytes of the stream, as they are."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Stop(Step):
    """The answer ends, for a reason of the API's; without one that is its usual."""

    reason: str | None = None


class Dialect(Protocol):
    """One answer in the making."""

    base: ClassVar[str]
    path: ClassVar[str]

    @staticmethod
    def error(message: str) -> dict[str, object]:
        """Return the object that says what went wrong."""
        ...

    def think(self, piece: str) -> bytes:
        """Write a piece of a thought."""
        ...

    def say(self, piece: str) -> bytes:
        """Write a piece of text."""
        ...

    def fail(self, message: str) -> bytes:
        """Write an error in the middle of the answer."""
        ...

    def stop(self, reason: str | None) -> bytes:
        """Write the end, numbers included."""
        ...


class Completions:
    """OpenAI's chat completions; thoughts in ``reasoning_content``, as several servers send them."""

    base: ClassVar[str] = "/v1"
    path: ClassVar[str] = "/v1/chat/completions"

    @staticmethod
    def error(message: str) -> dict[str, object]:
        """Return the object that says what went wrong."""
        return {"error": {"message": message, "type": "server_error", "code": None}}

    def think(self, piece: str) -> bytes:
        """Write a piece of a thought."""
        return self._choice({"reasoning_content": piece})

    def say(self, piece: str) -> bytes:
        """Write a piece of text."""
        return self._choice({"content": piece})

    def fail(self, message: str) -> bytes:
        """Write an error in the middle of the answer."""
        return b"data: %b\n\n" % json.dumps(self.error(message)).encode()

    def stop(self, reason: str | None) -> bytes:
        """Write the reason, a chunk of numbers without choices, and the end."""
        usage = {"prompt_tokens": 900, "completion_tokens": 90, "total_tokens": 990}
        return self._choice({}, reason or "stop") + self._chunk(choices=[], usage=usage) + b"data: [DONE]\n\n"

    def _choice(self, delta: Mapping[str, object], reason: str | None = None) -> bytes:
        return self._chunk(choices=[{"index": 0, "delta": delta, "finish_reason": reason}])

    def _chunk(self, **fields: object) -> bytes:
        head = {"id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 1, "model": "fake-1"}
        return b"data: %b\n\n" % json.dumps(head | fields).encode()


class Messages:
    """Anthropic's messages: a block begins with the first piece of its kind, and ends with the next one's."""

    base: ClassVar[str] = ""
    path: ClassVar[str] = "/v1/messages"

    def __init__(self) -> None:
        self._index = -1
        self._kind = ""

    @staticmethod
    def error(message: str) -> dict[str, object]:
        """Return the object that says what went wrong."""
        return {"type": "error", "error": {"type": "api_error", "message": message}}

    def think(self, piece: str) -> bytes:
        """Write a piece of a thought."""
        return self._block("thinking") + self._delta(type="thinking_delta", thinking=piece)

    def say(self, piece: str) -> bytes:
        """Write a piece of text."""
        return self._block("text") + self._delta(type="text_delta", text=piece)

    def fail(self, message: str) -> bytes:
        """Write an error in the middle of the answer."""
        return b"event: error\ndata: %b\n\n" % json.dumps(self.error(message)).encode()

    def stop(self, reason: str | None) -> bytes:
        """Write the end of the block, the reason with the numbers, and the end."""
        delta = {"stop_reason": reason or "end_turn", "stop_sequence": None}
        end = self._event("message_delta", delta=delta, usage={"output_tokens": 90})
        return self._end() + end + self._event("message_stop")

    def _block(self, kind: str) -> bytes:
        """Begin a block, unless we are in one of the kind."""
        if kind == self._kind:
            return b""
        end = self._end() if self._kind else self._beginning()
        self._kind, self._index = kind, self._index + 1
        block = {"type": kind, kind: "", **({"signature": ""} if kind == "thinking" else {})}
        return end + self._event("content_block_start", index=self._index, content_block=block)

    def _beginning(self) -> bytes:
        message = {
            **{"id": "msg_fake", "type": "message", "role": "assistant", "model": "fake-1", "content": []},
            **{"stop_reason": None, "usage": {"input_tokens": 900, "output_tokens": 1}},
        }
        return self._event("message_start", message=message) + self._event("ping")

    def _end(self) -> bytes:
        """End the block, as the API does with a signature under thoughts."""
        if not self._kind:
            return self._beginning()
        signed = self._delta(type="signature_delta", signature="c2ln") if self._kind == "thinking" else b""
        return signed + self._event("content_block_stop", index=self._index)

    def _delta(self, **delta: object) -> bytes:
        return self._event("content_block_delta", index=self._index, delta=delta)

    def _event(self, kind: str, **fields: object) -> bytes:
        return b"event: %b\ndata: %b\n\n" % (kind.encode(), json.dumps({"type": kind, **fields}).encode())


DIALECTS: dict[str, type[Completions | Messages]] = {"openai": Completions, "anthropic": Messages}
