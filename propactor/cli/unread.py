"""Settings that somebody changed although nothing reads them, yet or as things are set."""

from collections.abc import Iterator

from propactor.registry import ROWS
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


def idle(settings: Settings) -> Iterator[str]:
    """Yield a warning for each upstream that is described, but not where it is."""
    for row in ROWS.values():
        if row.setting is not None and not row.is_configured(settings):
            name, key = row.setting
            table = getattr(settings, name)
            if table.model_dump() != type(table)().model_dump():
                yield f"[{name}] is set, but nobody asks it: set [{name}] {key} too"
