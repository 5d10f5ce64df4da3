"""Foreign text on a terminal."""

from hypothesis import given
from hypothesis import strategies as st

from propactor.cli.display.terminal import clean, one_line


@given(st.text(st.characters()))
def test_clean(text: str) -> None:
    """Nothing that steers a terminal is left, and everything can be written."""
    cleaned = clean(text)

    cleaned.encode()
    assert all(char in "\n\t" or not (char < " " or "\x7f" <= char <= "\x9f") for char in cleaned)


def test_escapes() -> None:
    """An escape sequence is taken apart; words and line ends stay."""
    assert clean("a\x1b[2Jb\nc\u202e") == "a[2Jb\nc"
    assert clean(None) == ""


@given(st.text(), st.integers(1, 40))
def test_one_line(text: str, width: int) -> None:
    """A line is one line, and not too long."""
    line = one_line(text, width)

    assert len(line) <= width
    assert len(line.splitlines()) <= 1
