"""The rule for machines that lack something."""

import pytest

from tests.rig.require import give_up


def test_skips(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a browser skips its tests."""
    monkeypatch.setenv("PROPACTOR_REQUIRE", "gateway")

    with pytest.raises(pytest.skip.Exception, match="no Chromium"):
        give_up("browser", "no Chromium")


def test_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a browser is required, its absence is a failure."""
    monkeypatch.setenv("PROPACTOR_REQUIRE", "gateway,browser")

    with pytest.raises(pytest.fail.Exception, match="no Chromium"):
        give_up("browser", "no Chromium")
