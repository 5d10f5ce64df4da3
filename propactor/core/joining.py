"""Which pieces of text may become one piece, and how."""

from collections.abc import Sequence

from propactor.core.events import Progress, TextDelta, Thinking

Delta = TextDelta | Thinking


def joinable(first: object, second: object) -> bool:
    """Tell whether ``second`` continues ``first``: same kind, same source, same thought.

    Pieces that carry raw payloads stay apart: a person who debugs wants each as it came.
    """
    if type(first) is TextDelta and type(second) is TextDelta:
        goes_on = not second.replace
    elif isinstance(first, Thinking) and isinstance(second, Thinking):
        goes_on = first.block_id == second.block_id
    else:
        return False
    return goes_on and first.source == second.source and first.raw is None and second.raw is None


def join(pieces: Sequence[Delta]) -> Delta:
    """Make one piece of several joinable ones; it counts as said when the first was said."""
    first, last = pieces[0], pieces[-1]
    if len(pieces) == 1:
        return first
    if isinstance(first, TextDelta) and isinstance(last, TextDelta):
        return TextDelta(text_of(pieces), last.accumulated_chars, first.replace, first.source, first.at)
    assert isinstance(first, Thinking)
    text = "".join([piece.message for piece in pieces if isinstance(piece, Thinking)])
    return Thinking(text, first.block_id, first.source)


def text_of(pieces: Sequence[Delta]) -> str:
    """Return the text of some pieces of text."""
    return "".join([piece.delta for piece in pieces if isinstance(piece, TextDelta)])


def droppable(event: object) -> bool:
    """Tell whether an event is a preview: nice to see, no fact lost without it."""
    return isinstance(event, Thinking | Progress)


def weight(event: object) -> int:
    """Estimate the memory an event holds, in bytes."""
    if isinstance(event, TextDelta):
        return 64 + _bytes(event.delta)
    if isinstance(event, Thinking):
        return 64 + _bytes(event.message)
    return 512


def _bytes(text: str) -> int:
    """Return the most a text can take, in memory or in UTF-8: four bytes a character, one in ASCII."""
    return len(text) if text.isascii() else 4 * len(text)
