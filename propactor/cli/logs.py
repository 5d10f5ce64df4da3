"""Logging to stderr in plain lines, with secrets redacted."""

import logging
import sys
from enum import StrEnum


class Level(StrEnum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class _Redacting(logging.Formatter):
    """Redacts secrets in whole lines, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        from propactor.redaction import redact

        return redact(super().format(record))


class _Stderr:
    """Writes to whatever ``sys.stderr`` is at the time: a live display replaces it for a while."""

    def write(self, text: str) -> None:
        sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def log_to_stderr(level: Level) -> None:
    """Log from this level on. Libraries log warnings only: their details hold what people asked for."""
    handler = logging.StreamHandler(_Stderr())
    handler.setFormatter(_Redacting("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("propactor").setLevel(level.value.upper())
