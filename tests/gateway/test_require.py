"""The rule for machines without Node or npm; needs no gateway itself."""

import pytest

from tests.gateway.conftest import give_up


def test_skips(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that can't run a gateway skips its tests."""
    monkeypatch.setenv("PROPACTOR_REQUIRE", "browser")

    with pytest.raises(pytest.skip.Exception, match="no Node"):
        give_up("no Node")


def test_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a gateway is required, its absence is a failure."""
    monkeypatch.setenv("PROPACTOR_REQUIRE", "browser,gateway")

    with pytest.raises(pytest.fail.Exception, match="no Node"):
        give_up("no Node")
