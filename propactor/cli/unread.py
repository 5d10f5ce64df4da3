"""Settings that somebody changed although nothing reads them, yet or as things are set."""

from collections.abc import Iterator

from propactor.registry import model_options
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
    """Yield a warning if a model is described, but not where it is."""
    model = settings.model
    if model.model_dump() != type(model)().model_dump() and not model_options(settings).known:
        yield "[model] is set, but nobody asks it: set [model] base_url too"
