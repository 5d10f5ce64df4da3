"""Characters beyond the basic plane, cut in two by those who count in UTF-16."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propactor.core.surrogates import Whole, joined, sound, whole
from tests.support.surrogates import no_halves

LAMP = "\U0001f4a1"
HIGH, LOW = "\ud83d", "\udca1"


@pytest.mark.parametrize(
    ("head", "tail", "text"),
    [
        (HIGH, LOW, LAMP),
        ("a", "b", "ab"),
        ("", LOW, LOW),
        (HIGH, "", HIGH),
        (f"a{HIGH}", f"{LOW}b", f"a{LAMP}b"),
    ],
)
def test_joined(head: str, tail: str, text: str) -> None:
    """Halves that meet become one character."""
    assert joined(head, tail) == text


@pytest.mark.parametrize(
    ("text", "said"), [("a", "a"), ("ä", "ä"), (LAMP, LAMP), (HIGH, "\ufffd"), (f"{LOW}b", "\ufffdb")]
)
def test_sound(text: str, said: str) -> None:
    """Halves that never met are replaced; everything else stays."""
    assert sound(text) == said
    assert no_halves(said)


def test_whole() -> None:
    """The first half at the end of a text is left for later."""
    assert (whole(f"a{HIGH}"), whole("a"), whole("")) == ("a", "a", "")
    assert not no_halves(HIGH)


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from(["a", "é", LAMP, "\U00010000"]), max_size=20), st.data())
def test_pieces(text: str, data: st.DataObject) -> None:
    """Wherever UTF-16 is cut, what comes out is whole at every moment, and the text in the end."""
    units = text.encode("utf-16-le")
    cuts = sorted(data.draw(st.lists(st.integers(0, len(units) // 2), max_size=6)))
    edges = [0, *cuts, len(units) // 2]
    pieces = [units[a * 2 : b * 2].decode("utf-16-le", "surrogatepass") for a, b in itertools.pairwise(edges)]
    whole_text = Whole()

    said = [*(whole_text.push(piece) for piece in pieces), whole_text.flush()]

    assert "".join(said) == text
    assert all(map(no_halves, said))


def test_half_in_vain() -> None:
    """A half whose other half never comes is replaced, before what came instead or at the end."""
    text = Whole()

    assert [text.push(HIGH), text.push("a"), text.push(HIGH), text.flush(), text.flush()] == [
        "",
        "\ufffda",
        "",
        "\ufffd",
        "",
    ]
