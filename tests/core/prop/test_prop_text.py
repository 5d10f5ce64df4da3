"""The text of a prop: bounded, started over where an upstream replaces it, and its parts as they come."""

import json

from hypothesis import given
from hypothesis import strategies as st

from propactor.core.events import Part
from propactor.core.prop import part
from propactor.core.prop.prop_text import PropText
from tests.core.strategies import TEXT

BALL = part.Part("sphere", (0, 1, 0), (0.5,), "#ff0000")
WRITTEN = "/* PARTS_DATA\n" + json.dumps([dict(BALL.as_json())]) + "\nPARTS_DATA */"


def test_appends() -> None:
    """Pieces make the text."""
    text = PropText(100)

    for piece in ("Hello ", "🍄"):
        assert not text.append(piece)

    assert (text.text, text.chars, text.capped) == ("Hello 🍄", 7, False)


def test_parts() -> None:
    """A part is told with the piece that completes it, and counted."""
    text = PropText(1000)

    told = [part for piece in (WRITTEN[:40], WRITTEN[40:]) for part in text.append(piece)]

    assert told == [Part(0, BALL)]
    assert text.parts_sent == 1


def test_limit() -> None:
    """What doesn't fit is cut, and the text is capped."""
    text = PropText(3)

    text.append(text.cut("1234"))

    assert (text.text, text.capped) == ("123", True)


def test_discard() -> None:
    """After a discarded text the next piece starts it over; when nothing was said it needn't."""
    text, fresh = PropText(3), PropText(3)
    text.append(text.cut("1234"))

    for _ in range(2):
        text.discard()
        fresh.discard()

    assert (text.text, text.chars, text.capped) == ("", 0, False)
    assert (text.is_void, fresh.is_void) == (True, False)
    text.restart()
    assert not text.is_void


def test_letters() -> None:
    """A part is told with the very letter that completes it, however many came before it one by one."""
    text = PropText(10_000)
    prose = "a lamp " * 30

    told = [(n, part) for n, letter in enumerate(prose + WRITTEN) for part in text.append(letter)]

    assert told == [(len(prose) + WRITTEN.index("}"), Part(0, BALL))]
    assert text.text == prose + WRITTEN


@given(st.lists(TEXT | st.sampled_from(["restart", "discard"]), max_size=12), st.integers(0, 30))
def test_any(steps: list[str], limit: int) -> None:
    """Whatever is done, the text is what was taken since it last started over, and within the limit."""
    text, followed = PropText(limit), ""
    for step in steps:
        if step in ("restart", "discard"):
            getattr(text, step)()
            followed = ""
        else:
            taken = text.cut(step)
            text.append(taken)
            followed += taken
        assert text.text == followed
        assert text.chars == len(followed) <= limit
