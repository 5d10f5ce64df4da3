"""How a generation came out, in plain words."""

from collections.abc import Iterator

from propactor.cli.story import Data, Story
from propactor.cli.words import clean

_STOPS = {
    "confirmed": "the upstream confirmed that it stopped",
    "unconfirmed": "the upstream did not confirm that it stopped, so it may still be running",
}
_TELLING = {
    "ai": "ai: a model made this",
    "template": "template: no model made this",
}


def summary(story: Story) -> Iterator[tuple[str, str]]:
    """Yield what there is to say of the end, as labels and texts."""
    if story.result is not None:
        yield from _result(story, story.result)
    elif story.error is not None:
        yield "Failed", f"{clean(story.error.get('message'))} ({clean(story.error.get('code'))})"
        if story.error.get("recoverable") and story.error.get("code") != "CANCELLED":
            yield "Advice", "trying again may help"
    yield "Times", times(story)
    stop = _STOPS.get(str((story.done or {}).get("upstreamCancel")))
    if stop:
        yield "Stop", stop


def _result(story: Story, result: Data) -> Iterator[tuple[str, str]]:
    yield "Name", clean(result.get("name"))
    yield "Method", method(result)
    parts = result.get("parts") or ()
    yield "Parts", f"{len(parts)} ({story.shapes()})" if parts else "none"
    for diagnostic in result.get("diagnostics") or ():
        yield "Note", f"{clean(diagnostic.get('message'))} ({clean(diagnostic.get('code'))})"


def method(result: Data) -> str:
    """Say who made the prop, and why if it wasn't a model."""
    said = _TELLING.get(str(result.get("method")), clean(result.get("method")))
    reason = result.get("fallbackReason")
    if not reason:
        return said
    return f"{said}, because: {clean(reason.get('message'))} ({clean(reason.get('code'))})"


def times(story: Story) -> str:
    """Say how long the first event and the whole took."""
    total = f"{story.seconds(story.ended_at):.2f} s in all"
    if story.first_at is None:
        return total
    return f"first event after {story.seconds(story.first_at):.2f} s, {total}"
