"""A conversation with an agent, and its messages in the form in which gateways store them."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from propactor.testing.gateway.frames import Json

PROVIDER, MODEL = "fake", "think-1"
_NO_USAGE = {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0, "totalTokens": 0}
_NO_COST = {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0, "total": 0}


def now_ms() -> int:
    """Return the gateway's clock, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


@dataclass(slots=True)
class Session:
    """A conversation with an agent: its key, its id on disk, its messages and its settings."""

    key: str
    agent_id: str
    session_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    messages: list[Json] = field(default_factory=list)
    settings: Json = field(default_factory=dict)

    @property
    def names(self) -> Json:
        """Return the fields by which answers and events name the session."""
        return {"sessionKey": self.key, "agentId": self.agent_id}

    @property
    def verbose(self) -> str:
        """Return how much of tools is told where a profile leaves that to the session: off, on, or full."""
        return str(self.settings.get("verboseLevel", "off"))


def user(text: str | list[Json], **more: object) -> Json:
    """Return a message of the user."""
    return {"role": "user", "content": text, "timestamp": now_ms(), **more}


def assistant(content: list[Json], stop_reason: str, **more: object) -> Json:
    """Return a message of the model."""
    usage = {**_NO_USAGE, "cost": _NO_COST}
    head: Json = {"role": "assistant", "content": content, "api": "anthropic-messages", "provider": PROVIDER}
    return {**head, "model": MODEL, "usage": usage, "stopReason": stop_reason, "timestamp": now_ms(), **more}


def tool_result(call_id: str, name: str, text: str, *, failed: bool) -> Json:
    """Return the message with what a tool answered.

    Args:
        call_id: the id that the model's message gave the call.
        name: the tool's name.
        text: the answer, or the JSON that describes the failure.
        failed: whether the tool failed.
    """
    content = [{"type": "text", "text": text}]
    head = {"role": "toolResult", "toolCallId": call_id, "toolName": name}
    return {**head, "content": content, "isError": failed, "timestamp": now_ms()}


def blocks(thought: str, text: str, call: Mapping[str, Any] | None = None) -> list[Json]:
    """Return the content of a model's message: what isn't empty of a thought, a text and a tool call."""
    found: list[Json] = []
    if thought:
        found.append({"type": "thinking", "thinking": thought})
    if text:
        found.append({"type": "text", "text": text})
    if call:
        found.append({"type": "toolCall", **call})
    return found
