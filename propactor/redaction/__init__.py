"""Take secrets out of text, of JSON-like objects, and of text that arrives in pieces."""

from propactor.redaction.payload import preview, redact_payload
from propactor.redaction.records import Cleaner
from propactor.redaction.stream import StreamRedactor
from propactor.redaction.text import redact

__all__ = ["Cleaner", "StreamRedactor", "preview", "redact", "redact_payload"]
