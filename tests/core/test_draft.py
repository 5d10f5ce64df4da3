"""The draft: the text of the upstream that is heard, and no more than allowed."""

from hypothesis import given
from hypothesis import strategies as st

from propactor.core.draft import TextBuffer
from propactor.core.events import TextDelta
from tests.core.strategies import DELTAS, REPLACEMENTS


def test_adds() -> None:
    """Pieces make the text."""
    draft = TextBuffer(100)

    taken = [draft.take(TextDelta(piece)) for piece in ("Hello ", "🍄")]

    assert (draft.text, draft.chars, draft.capped) == ("Hello 🍄", 7, False)
    assert taken == [TextDelta("Hello "), TextDelta("🍄")]


def test_replace() -> None:
    """A replacement starts the text over."""
    draft = TextBuffer(100)
    draft.take(TextDelta("wrong"))

    assert draft.take(TextDelta("right", replace=True)).replace
    assert (draft.text, draft.chars) == ("right", 5)


def test_capped() -> None:
    """What fits is kept, be it a replacement."""
    for event in (TextDelta("12345"), TextDelta("12345", replace=True)):
        draft = TextBuffer(3)

        assert (draft.take(event).delta, draft.text, draft.capped) == ("123", "123", True)


def test_discard() -> None:
    """After a discarded text the next piece says that it starts over; when nothing was said it needn't."""
    draft, fresh = TextBuffer(3), TextBuffer(3)
    draft.take(TextDelta("12345"))

    draft.discard()
    draft.discard()
    fresh.discard()

    assert (draft.text, draft.chars, draft.capped) == ("", 0, False)
    assert [draft.take(TextDelta("a")).replace for _ in range(2)] == [True, None]
    assert fresh.take(TextDelta("a")).replace is None


@given(st.lists(DELTAS | REPLACEMENTS | st.none(), max_size=12), st.integers(0, 30))
def test_readers_agree(steps: list[TextDelta | None], limit: int) -> None:
    """Who follows what counts has the same text, unless it is void, and never more than the limit."""
    draft, followed = TextBuffer(limit), ""
    for step in steps:
        if step is None:
            draft.discard()
        elif not draft.capped:
            taken = draft.take(step)
            followed = taken.delta if taken.replace else followed + taken.delta
            assert draft.text == followed
        assert draft.chars == len(draft.text) <= limit
