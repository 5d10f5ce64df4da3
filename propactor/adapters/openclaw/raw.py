"""What an event was made of, for people who debug: redacted, and cut to a few thousand characters."""

from collections.abc import Mapping
from typing import Any

from propactor.core import jsontext
from propactor.redaction import redact_payload

LIMIT = 4000
"""Characters of JSON."""
_TOLD = {"assistant": ("text",), "thinking": ("text", "delta")}
"""Left out, for the event itself tells it; of a thought even the delta, which may hold half a secret."""


def trimmed(payload: Mapping[str, Any]) -> object:
    """Return the stream, number and data of a payload."""
    stream = payload.get("stream")
    if stream is None:
        return None
    left_out = _TOLD.get(stream, ())
    data = {key: value for key, value in payload["data"].items() if key not in left_out}
    safe = redact_payload({"stream": stream, "seq": payload.get("seq"), "data": data})
    text = jsontext.dumps(safe).decode()
    return safe if len(text) <= LIMIT else {"stream": stream, "cut": text[:LIMIT]}
