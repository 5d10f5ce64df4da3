"""Settings that somebody set although nothing reads them yet."""

from collections.abc import Iterator

from pydantic import BaseModel

from propactor.settings import Settings

SIGN = "Not used yet."
"""How a description or a table's docstring says so."""


def unread(settings: Settings) -> Iterator[str]:
    """Yield the names of such settings."""
    for table in sorted(settings.model_fields_set):
        value = getattr(settings, table)
        everything = SIGN in (type(value).__doc__ or "")
        for key in sorted(value.model_fields_set):
            if everything or SIGN in _description(value, key):
                yield f"[{table}] {key}"


def _description(table: BaseModel, key: str) -> str:
    return type(table).model_fields[key].description or ""
