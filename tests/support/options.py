"""Options of an adapter for a test: each value by its name, whichever table has it."""

import dataclasses
from typing import Any, TypeVar

from propactor.settings.tables import Table

Options = TypeVar("Options")


def with_values(options: Options, **values: Any) -> Options:
    """Return options with other values.

    Args:
        options: A dataclass that holds tables of settings, and values of its own.
        values: By name: those of a setting go to its table, validated; others to the options themselves.
    """
    tables = {
        field.name: table
        for field in dataclasses.fields(options)  # type: ignore[arg-type]  # it is a dataclass
        if isinstance(table := getattr(options, field.name), Table)
    }
    for name, table in tables.items():
        found = {key: values.pop(key) for key in list(values) if key in type(table).model_fields}
        tables[name] = type(table)(**(table.model_dump() | found))
    return dataclasses.replace(options, **tables, **values)  # type: ignore[type-var]  # the same
