"""What a machine lacks: its tests are skipped, or fail where ``PROPACTOR_REQUIRE`` names what is lacking."""

import os
from typing import NoReturn

import pytest


def give_up(need: str, reason: str) -> NoReturn:
    """Skip, unless ``need`` is required here: then fail."""
    if need in os.environ.get("PROPACTOR_REQUIRE", "").split(","):
        pytest.fail(reason)
    pytest.skip(reason)
