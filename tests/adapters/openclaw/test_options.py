"""What the adapter is told."""

import dataclasses

from propactor.adapters.openclaw.options import Options
from propactor.adapters.openclaw.upstream import OpenClawUpstream
from propactor.metrics import Metrics
from propactor.registry import configured
from propactor.settings import Settings
from propactor.settings.tables import Table


async def test_settings_themselves() -> None:
    """The adapter gets the tables of the settings, not copies of their values."""
    settings = Settings.model_validate({"gateway": {"url": "ws://127.0.0.1:9", "rejoin_seconds": 7}})
    upstream = configured(settings, Metrics()).by_name["openclaw"]

    assert isinstance(upstream, OpenClawUpstream)
    for name in ("gateway", "timeouts", "upstream"):
        assert getattr(upstream.options, name) is getattr(settings, name)


def test_one_default_a_value() -> None:
    """What is a setting has its default in its table alone."""
    values = {field.name: getattr(Options(), field.name) for field in dataclasses.fields(Options)}
    tables = [table for table in values.values() if isinstance(table, Table)]

    assert not values.keys() & {name for table in tables for name in type(table).model_fields}
