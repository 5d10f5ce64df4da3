"""The summary of a generation that has ended, as labels and texts."""

from collections.abc import Iterator

from propactor.cli.display.terminal import clean
from propactor.cli.display.view import Data, GenerationView

_STOPS = {
    "confirmed": "the upstream confirmed that it stopped",
    "unconfirmed": "the upstream did not confirm that it stopped, so it may still be running",
}
_TELLING = {
    "ai": "ai: a model made this",
    "template": "template: no model made this",
}


def summary(view: GenerationView) -> Iterator[tuple[str, str]]:
    """Yield how it came out, how long it took and how its upstream was stopped, as labels and texts."""
    if view.result is not None:
        yield from _result(view, view.result)
    elif view.error is not None:
        yield "Failed", f"{clean(view.error.get('message'))} ({clean(view.error.get('code'))})"
        if view.error.get("recoverable") and view.error.get("code") != "CANCELLED":
            yield "Advice", "trying again may help"
    yield "Times", times(view)
    stop = _STOPS.get(str((view.done or {}).get("upstreamCancel")))
    if stop:
        yield "Stop", stop


def _result(view: GenerationView, result: Data) -> Iterator[tuple[str, str]]:
    yield "Name", clean(result.get("name"))
    yield "Method", method(result)
    parts = result.get("parts") or ()
    yield "Parts", f"{len(parts)} ({view.shapes()})" if parts else "none"
    for diagnostic in result.get("diagnostics") or ():
        yield "Note", f"{clean(diagnostic.get('message'))} ({clean(diagnostic.get('code'))})"


def method(result: Data) -> str:
    """Say who made the prop, and why if it wasn't a model."""
    said = _TELLING.get(str(result.get("method")), clean(result.get("method")))
    reason = result.get("fallbackReason")
    if not reason:
        return said
    return f"{said}, because: {clean(reason.get('message'))} ({clean(reason.get('code'))})"


def times(view: GenerationView) -> str:
    """Say how long the first event and the whole took."""
    total = f"{view.seconds(view.ended_at):.2f} s in all"
    if view.first_at is None:
        return total
    return f"first event after {view.seconds(view.first_at):.2f} s, {total}"
