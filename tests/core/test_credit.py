"""Credit: a template's work is called that, and what was cut is told."""

from dataclasses import replace

import pytest

from propactor.core.credit import CAPPED, attribute_result
from propactor.core.events import FallbackReason, Result, Source

MADE = Result("Ball", "Ball.tsx", "<mesh/>", (), "ai")
WHY = FallbackReason("GATEWAY_UNAVAILABLE", "nobody is there")


@pytest.mark.parametrize(("source", "method"), [("gateway", "ai"), ("model", "ai"), ("template", "template")])
def test_method(source: Source, method: str) -> None:
    """Whoever was asked last has made it."""
    made = attribute_result(MADE, source=source, reason=WHY, capped=False)

    assert (made.method, made.fallback_reason, made.diagnostics) == (method, WHY, ())


def test_capped() -> None:
    """A text that was cut is a diagnostic of its own."""
    assert attribute_result(MADE, source="model", reason=None, capped=True) == replace(
        MADE, diagnostics=(CAPPED,)
    )
