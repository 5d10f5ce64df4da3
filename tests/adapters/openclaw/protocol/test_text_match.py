"""Texts that are the same although a gateway has rewritten them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propactor.adapters.openclaw.protocol.text_match import essence, reach


def test_essence() -> None:
    """Blanks, reply tags, hidden thoughts and media lines make no difference."""
    text = "[[reply_to_current]] if a:\n    b\nMEDIA:/tmp/x.png\n<think>hm</think>"

    assert essence(text) == essence("if a:\n b\n") == "ifa:b"


@pytest.mark.parametrize(
    ("said", "text", "rest"),
    [
        ("One", "One two", " two"),
        ("", "One", "One"),
        ("if a:\n b", "if a:\n    b\n    c", "\n    c"),
        ("Here", "[[reply_to: 7]] Here it is", " it is"),
        ("One two", "One two", ""),
    ],
)
def test_reach(said: str, text: str, rest: str) -> None:
    """Where a reader is in a text is found, though the blanks before it differ."""
    at = reach(said, text)

    assert at is not None
    assert text[at:] == rest


@pytest.mark.parametrize(("said", "text"), [("Two", "One"), ("One two", "One"), ("a", "")])
def test_no_beginning(said: str, text: str) -> None:
    """What doesn't begin a text is nowhere in it."""
    assert reach(said, text) is None


@given(head=st.text("ab \n[]"), tail=st.text("ab \n[]"))
def test_rest(head: str, tail: str) -> None:
    """Who has heard the beginning of a text has the rest before him, to the last blank."""
    assert reach(head, head + tail) == len(head)
