"""Settings that somebody changed although nothing reads them yet."""

from collections.abc import Iterator

from propactor.settings import Settings

SIGN = "Not used yet."
"""How a description or a table's docstring says so."""


def unread(settings: Settings) -> Iterator[str]:
    """Yield the names of such settings."""
    for table in sorted(settings.model_fields_set):
        value = getattr(settings, table)
        everything = SIGN in (type(value).__doc__ or "")
        for key in sorted(value.model_fields_set):
            field = type(value).model_fields[key]
            ignored = everything or SIGN in (field.description or "")
            if ignored and getattr(value, key) != field.default:
                yield f"[{table}] {key}"
