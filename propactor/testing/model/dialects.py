"""The two APIs that a fake model speaks, as bytes of a stream: OpenAI's completions, Anthropic's messages."""

import json
from collections.abc import Mapping
from typing import ClassVar, Protocol

from propactor.testing.steps import UseTool


class Dialect(Protocol):
    """One answer in the making."""

    base: ClassVar[str]
    """What the API's address has before ``path``, as configurations want it."""
    path: ClassVar[str]

    def __init__(self, model: str) -> None:
        """Begin an answer in the name of a model."""
        ...

    @staticmethod
    def error(message: str) -> dict[str, object]:
        """Return the object that says what went wrong."""
        ...

    def think(self, piece: str) -> bytes:
        """Return a piece of a thought."""
        ...

    def say(self, piece: str) -> bytes:
        """Return a piece of text."""
        ...

    def use(self, step: UseTool) -> bytes:
        """Return a tool call."""
        ...

    def fail(self, message: str) -> bytes:
        """Return an error in the middle of the answer."""
        ...

    def stop(self, reason: str | None) -> bytes:
        """Return the end: the reason, or the usual one, and the numbers."""
        ...


class Completions:
    """OpenAI's chat completions; thoughts in ``reasoning_content``, as several servers send them."""

    base: ClassVar[str] = "/v1"
    path: ClassVar[str] = "/v1/chat/completions"

    def __init__(self, model: str) -> None:
        self._model = model
        self._calls = 0

    @staticmethod
    def error(message: str) -> dict[str, object]:
        """Return the object that says what went wrong."""
        return {"error": {"message": message, "type": "server_error", "code": None}}

    def think(self, piece: str) -> bytes:
        """Return a piece of a thought."""
        return self._choice({"reasoning_content": piece})

    def say(self, piece: str) -> bytes:
        """Return a piece of text."""
        return self._choice({"content": piece})

    def use(self, step: UseTool) -> bytes:
        """Return a tool call, arguments and all in one chunk."""
        function = {"name": step.name, "arguments": json.dumps(dict(step.args))}
        call = {"index": self._calls, "id": f"call_{self._calls}", "type": "function", "function": function}
        self._calls += 1
        return self._choice({"tool_calls": [call]})

    def fail(self, message: str) -> bytes:
        """Return an error in the middle of the answer."""
        return b"data: %b\n\n" % json.dumps(self.error(message)).encode()

    def stop(self, reason: str | None) -> bytes:
        """Return the reason, a chunk of numbers without choices, and the end."""
        usage = {"prompt_tokens": 900, "completion_tokens": 90, "total_tokens": 990}
        end = self._choice({}, reason or ("tool_calls" if self._calls else "stop"))
        return end + self._chunk(choices=[], usage=usage) + b"data: [DONE]\n\n"

    def _choice(self, delta: Mapping[str, object], reason: str | None = None) -> bytes:
        return self._chunk(choices=[{"index": 0, "delta": delta, "finish_reason": reason}])

    def _chunk(self, **fields: object) -> bytes:
        head = {"id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 1, "model": self._model}
        return b"data: %b\n\n" % json.dumps(head | fields).encode()


class Messages:
    """Anthropic's messages: a block begins with the first piece of its kind, and ends with the next one's."""

    base: ClassVar[str] = ""
    path: ClassVar[str] = "/v1/messages"

    def __init__(self, model: str) -> None:
        self._model = model
        self._index = -1
        self._kind = ""
        self._calls = 0

    @staticmethod
    def error(message: str) -> dict[str, object]:
        """Return the object that says what went wrong."""
        return {"type": "error", "error": {"type": "api_error", "message": message}}

    def think(self, piece: str) -> bytes:
        """Return a piece of a thought."""
        begin = self._begin_block("thinking", {"type": "thinking", "thinking": "", "signature": ""})
        return begin + self._delta(type="thinking_delta", thinking=piece)

    def say(self, piece: str) -> bytes:
        """Return a piece of text."""
        begin = self._begin_block("text", {"type": "text", "text": ""})
        return begin + self._delta(type="text_delta", text=piece)

    def use(self, step: UseTool) -> bytes:
        """Return a tool call: a block of its own, whose arguments come as one piece of JSON."""
        self._calls += 1
        call_id = f"toolu_{self._calls}"
        block = {"type": "tool_use", "id": call_id, "name": step.name, "input": {}}
        begin = self._begin_block(call_id, block)
        return begin + self._delta(type="input_json_delta", partial_json=json.dumps(dict(step.args)))

    def fail(self, message: str) -> bytes:
        """Return an error in the middle of the answer."""
        return b"event: error\ndata: %b\n\n" % json.dumps(self.error(message)).encode()

    def stop(self, reason: str | None) -> bytes:
        """Return the end of the block, the reason with the numbers, and the end."""
        usual = "tool_use" if self._calls else "end_turn"
        delta = {"stop_reason": reason or usual, "stop_sequence": None}
        end = self._event("message_delta", delta=delta, usage={"output_tokens": 90})
        return self._end_block() + end + self._event("message_stop")

    def _begin_block(self, kind: str, block: Mapping[str, object]) -> bytes:
        """Begin a block, unless we are in one of the kind; every tool call is a kind of its own."""
        if kind == self._kind:
            return b""
        end = self._end_block()
        self._kind, self._index = kind, self._index + 1
        return end + self._event("content_block_start", index=self._index, content_block=block)

    def _end_block(self) -> bytes:
        """End the block, thoughts with a signature as the API does; or begin the message before its first."""
        if not self._kind:
            return self._begin_message()
        signed = self._delta(type="signature_delta", signature="c2ln") if self._kind == "thinking" else b""
        return signed + self._event("content_block_stop", index=self._index)

    def _begin_message(self) -> bytes:
        message: dict[str, object] = {
            **{"id": "msg_fake", "type": "message", "role": "assistant", "model": self._model},
            **{"content": [], "stop_reason": None, "usage": {"input_tokens": 900, "output_tokens": 1}},
        }
        return self._event("message_start", message=message) + self._event("ping")

    def _delta(self, **delta: object) -> bytes:
        return self._event("content_block_delta", index=self._index, delta=delta)

    def _event(self, kind: str, **fields: object) -> bytes:
        return b"event: %b\ndata: %b\n\n" % (kind.encode(), json.dumps({"type": kind, **fields}).encode())


DIALECTS: dict[str, type[Dialect]] = {"openai": Completions, "anthropic": Messages}
