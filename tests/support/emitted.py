"""What a run emits, as a list: stands where a generation would listen."""

from collections.abc import Callable

from propactor.core.events import Event, Source, TextDelta


class Emitted(list[Event]):
    """Keeps the events that it is called with; a piece of text becomes the delta it stands for.

    Args:
        source: The source of pieces of text.
        notify: Called with each event.
    """

    def __init__(self, source: Source = "gateway", notify: Callable[[Event], object] | None = None) -> None:
        super().__init__()
        self._source: Source = source
        self._notify = notify

    def __call__(self, event: Event) -> None:
        """Keep an event."""
        self.append(event)
        if self._notify is not None:
            self._notify(event)

    def text(self, piece: str, at: int | None = None) -> None:
        """Keep a piece of text."""
        self(TextDelta(piece, source=self._source, at=at))
