"""The two streaming dialects of the fake model: OpenAI chat completions and Anthropic messages."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from tests.rig.scenarios import Drop, Hang, Say, Step, Think, Use, pieces

Frame = bytes | Hang | Drop
"""What goes on the wire next, or what happens to the wire."""


class Dialect(Protocol):
    """How steps become frames of a response."""

    path: str

    def stream(self, model: str, steps: Iterable[Step]) -> Iterator[Frame]:
        """Write a response piece by piece."""
        ...

    def failure(self, message: str) -> Mapping[str, object]:
        """Write the body of an error response."""
        ...


class Completions:
    """OpenAI chat completions, with ``reasoning_content`` as several servers send it."""

    path = "/v1/chat/completions"

    def stream(self, model: str, steps: Iterable[Step]) -> Iterator[Frame]:
        """Write one chunk a piece, then the reason for the end, the usage, and ``[DONE]``."""
        steps = tuple(steps)
        yield self._chunk(model, {"role": "assistant", "content": ""})
        for index, step in enumerate(steps):
            yield from self._step(model, index, step)
        used = any(isinstance(step, Use) for step in steps)
        yield self._chunk(model, {}, finish_reason="tool_calls" if used else "stop")
        yield self._frame(
            model, choices=[], usage={"prompt_tokens": 900, "completion_tokens": 90, "total_tokens": 990}
        )
        yield b"data: [DONE]\n\n"

    def _step(self, model: str, index: int, step: Step) -> Iterator[Frame]:
        match step:
            case Think(text):
                yield from (self._chunk(model, {"reasoning_content": piece}) for piece in pieces(text))
            case Say(text):
                yield from (self._chunk(model, {"content": piece}) for piece in pieces(text))
            case Use(tool, arguments):
                function = {"name": tool, "arguments": json.dumps(dict(arguments))}
                call = {"index": 0, "id": f"call_{index}", "type": "function", "function": function}
                yield self._chunk(model, {"tool_calls": [call]})
            case Hang() | Drop():
                yield step

    def _chunk(self, model: str, delta: Mapping[str, object], finish_reason: str | None = None) -> bytes:
        return self._frame(model, choices=[{"index": 0, "delta": delta, "finish_reason": finish_reason}])

    def _frame(self, model: str, **fields: object) -> bytes:
        head = {"id": "chatcmpl-rig", "object": "chat.completion.chunk", "created": 1, "model": model}
        return f"data: {json.dumps(head | fields)}\n\n".encode()

    def failure(self, message: str) -> Mapping[str, object]:
        """Write OpenAI's error object."""
        return {"error": {"message": message, "type": "server_error", "code": None}}


class Messages:
    """Anthropic messages: numbered blocks, each with a start, deltas and a stop."""

    path = "/v1/messages"

    def stream(self, model: str, steps: Iterable[Step]) -> Iterator[Frame]:
        """Write the message's start, its blocks, and its stop."""
        steps = tuple(steps)
        yield self._event("message_start", message=self._message(model))
        for index, step in enumerate(steps):
            yield from self._step(index, step)
        reason = "tool_use" if any(isinstance(step, Use) for step in steps) else "end_turn"
        stop = {"stop_reason": reason, "stop_sequence": None}
        yield self._event("message_delta", delta=stop, usage={"output_tokens": 90})
        yield self._event("message_stop")

    def _step(self, index: int, step: Step) -> Iterator[Frame]:
        match step:
            case Think(text):
                deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces(text)]
                signature = {"type": "signature_delta", "signature": "c2lnbmVk"}
                yield from self._block(
                    index, {"type": "thinking", "thinking": "", "signature": ""}, [*deltas, signature]
                )
            case Say(text):
                deltas = [{"type": "text_delta", "text": piece} for piece in pieces(text)]
                yield from self._block(index, {"type": "text", "text": ""}, deltas)
            case Use(tool, arguments):
                start = {"type": "tool_use", "id": f"toolu_{index}", "name": tool, "input": {}}
                delta = {"type": "input_json_delta", "partial_json": json.dumps(dict(arguments))}
                yield from self._block(index, start, [delta])
            case Hang() | Drop():
                yield step

    def _block(
        self, index: int, start: Mapping[str, Any], deltas: Iterable[Mapping[str, Any]]
    ) -> Iterator[bytes]:
        yield self._event("content_block_start", index=index, content_block=start)
        for delta in deltas:
            yield self._event("content_block_delta", index=index, delta=delta)
        yield self._event("content_block_stop", index=index)

    def _message(self, model: str) -> Mapping[str, object]:
        return {
            "id": "msg_rig", "type": "message", "role": "assistant", "model": model, "content": [],
            "stop_reason": None, "stop_sequence": None, "usage": {"input_tokens": 900, "output_tokens": 1},
        }  # fmt: skip

    def _event(self, kind: str, **fields: object) -> bytes:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()

    def failure(self, message: str) -> Mapping[str, object]:
        """Write Anthropic's error object."""
        return {"type": "error", "error": {"type": "api_error", "message": message}}


DIALECTS: tuple[Dialect, ...] = (Completions(), Messages())
