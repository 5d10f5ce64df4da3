"""Tools as the gateway tells of them: a start with arguments, a result with content."""

from collections.abc import Mapping
from typing import Any, Literal

from propactor.core import jsontext
from propactor.core.events import Source, ToolCall, ToolResult
from propactor.redaction import preview

LIMIT = 300
"""Characters of a preview."""


def call(data: Mapping[str, Any], raw: object = None, source: Source = "gateway") -> ToolCall:
    """Read a tool's start."""
    args = data.get("args")
    shown = preview(args, LIMIT) if args else None
    return ToolCall(_name(data), _id(data), input_preview=shown, source=source, raw=raw)


def result(data: Mapping[str, Any], raw: object = None, source: Source = "gateway") -> ToolResult:
    """Read a tool's end; without verbose level `full`, gateways of February leave its output out."""
    text = _text(data.get("result"))
    status: Literal["ok", "error"] = "error" if data.get("isError") or _says_error(text) else "ok"
    shown = preview(text, LIMIT) if text else None
    return ToolResult(_name(data), _id(data), status, shown, source=source, raw=raw)


def _name(data: Mapping[str, Any]) -> str:
    return str(data.get("name") or "tool")


def _id(data: Mapping[str, Any]) -> str:
    return str(data.get("toolCallId") or "")


def _text(outcome: object) -> str:
    """Return the text blocks of a result, joined."""
    content = outcome.get("content") if isinstance(outcome, Mapping) else None
    if not isinstance(content, list):
        return ""
    return "\n".join(
        str(b.get("text") or "") for b in content if isinstance(b, Mapping) and b.get("type") == "text"
    )


def _says_error(text: str) -> bool:
    """Tell whether the text itself reports a failure: 2026.2.9 may say ``isError: false`` to one."""
    if not text.lstrip().startswith("{") or '"error"' not in text:
        return False
    try:
        return bool(jsontext.loads(text).get("status") == "error")
    except ValueError:
        return False
