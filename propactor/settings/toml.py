"""The settings written out, as the ``config.toml`` of the repository."""

import json
import textwrap
from collections.abc import Iterator

from pydantic import SecretStr

from propactor.settings import Settings


def as_toml() -> str:
    """Write every setting with its meaning and its default, as the ``config.toml`` of the repository."""
    tables = ["\n".join(_table_as_toml(name)) for name in Settings.model_fields]
    return "\n\n".join([_comment(_HEADER), *tables]) + "\n"


_HEADER = (
    "Every setting with its default. A setting is also an environment variable, which counts more: "
    "PROPACTOR_SERVER__PORT=8080 is port in [server]."
)


def _table_as_toml(name: str) -> Iterator[str]:
    table = Settings.model_fields[name].default
    yield f"{_comment(' '.join((type(table).__doc__ or '').split()))}\n[{name}]"
    for key, field in type(table).model_fields.items():
        value = getattr(table, key)
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        yield f"{_comment(field.description or '')}\n{key} = {json.dumps(plain)}"


def _comment(text: str) -> str:
    return textwrap.fill(text, 100, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)
