"""Who made a prop, and what a reader should know of how: said with the result, honestly."""

from dataclasses import replace

from propactor.core.events import Diagnostic, FallbackReason, Result, Source

CAPPED = Diagnostic("TEXT_CAPPED", "The model's text was cut at the limit.")


def attribute_result(
    result: Result, *, source: Source | None, reason: FallbackReason | None, capped: bool
) -> Result:
    """Return the result with its ``method``, why it wasn't the first upstream's work, and what was cut."""
    return replace(
        result,
        method="template" if source == "template" else "ai",
        fallback_reason=reason,
        diagnostics=(*result.diagnostics, CAPPED) if capped else result.diagnostics,
    )
