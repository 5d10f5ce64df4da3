"""The frames that a gateway sends, as bytes."""

from collections.abc import Mapping
from typing import Any

from propactor.core import jsontext

Json = dict[str, Any]


def response(request_id: str, payload: Mapping[str, Any] | None = None, error: Json | None = None) -> bytes:
    """Return an answer: with a payload, with an error, or, as failed runs have it, with both."""
    frame: Json = {"type": "res", "id": request_id, "ok": error is None}
    if payload is not None:
        frame["payload"] = payload
    if error is not None:
        frame["error"] = error
    return jsontext.dumps(frame)


def error(code: str, message: str, **more: object) -> Json:
    """Return the error of a response."""
    return {"code": code, "message": message, **more}


def event(name: str, payload: bytes, seq: int | None = None) -> bytes:
    """Return an event whose payload is encoded already, for it may go to many."""
    head = b'{"type":"event","event":"' + name.encode() + b'","payload":' + payload
    return head + (b"}" if seq is None else b',"seq":%d}' % seq)


def text_frame(text: bytes) -> bytes:
    """Wrap a text message in the WebSocket frame of a server.

    Source: RFC 6455, section 5.2; a server's frames aren't masked (5.1).
    """
    size = len(text)
    if size < 126:
        return bytes((0x81, size)) + text
    if size < 65536:
        return b"\x81\x7e" + size.to_bytes(2) + text
    return b"\x81\x7f" + size.to_bytes(8) + text
