"""A session's history, as `chat.history` returns it: the only honest witness on gateways of February."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

BREAK = "\n\n"
_SHORTENED = "...(truncated)..."
"""What some gateways put where they cut a long message."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What the assistant did since the last user message; ``text`` is None where the gateway cut it."""

    text: str | None
    error: str | None


def last_turn(messages: Sequence[Mapping[str, Any]]) -> Turn | None:
    """Read the assistant's messages after the last user message; None if there are none."""
    start = max((i for i, message in enumerate(messages) if message.get("role") == "user"), default=-1)
    said = [message for message in messages[start + 1 :] if message.get("role") == "assistant"]
    if not said:
        return None
    texts = [text for message in said if not _failed(message) and (text := _text(message))]
    whole = not any(_SHORTENED in text for text in texts)
    return Turn(BREAK.join(texts) if whole else None, _error(said[-1]))


def _failed(message: Mapping[str, Any]) -> bool:
    return message.get("stopReason") in ("error", "aborted")


def _error(message: Mapping[str, Any]) -> str | None:
    """Say what went wrong if the last message is a failed one."""
    if not _failed(message) and not message.get("errorMessage"):
        return None
    return str(message.get("errorMessage") or "the model failed without a word")


def _text(message: Mapping[str, Any]) -> str:
    """Return the text of a message, trimmed as the gateway's events are."""
    content = message.get("content")
    if isinstance(content, str):
        return content.strip()
    blocks = [block for block in content or () if isinstance(block, Mapping) and block.get("type") == "text"]
    return "".join(str(block.get("text") or "") for block in blocks).strip()
