"""What is taken out of recordings before anybody sees them."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propactor.redaction import Cleaner
from propactor.redaction.records import replaced

KEY = "sk-ant-REDACTME0123456789abcdef"
LEAK = f"The key is {KEY}, in /home/anna on snowwhite."
SHOWN = "The key is [redacted], in ~ on a-host."


def cleaner() -> Cleaner:
    """Return a cleaner that knows this machine."""
    return Cleaner(lambda text: text.replace("snowwhite", "a-host"), frozenset({"junk"}))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (LEAK, SHOWN),
        ({"a": [{"b": LEAK}], "junk": 1}, {"a": [{"b": SHOWN}]}),
        (
            {"password": "abc", "tokens": 3, "token": ["x"]},
            {"password": "[redacted]", "tokens": 3, "token": "[redacted]"},
        ),
        ({"note": "token: string"}, {"note": "token: [redacted]"}),
        ({"text": "token: string", "n": 1.5, "no": None}, {"text": "token: string", "n": 1.5, "no": None}),
        ({"content": [{"text": LEAK}, "token: string"]}, {"content": [{"text": SHOWN}, "token: string"]}),
    ],
)
def test_copy(value: Any, shown: Any) -> None:
    """Secrets, homes and words of this machine are out; numbers, code and all else stay."""
    assert cleaner().copy(value) == shown


@settings(max_examples=60)
@given(st.lists(st.integers(0, len(LEAK)), max_size=8))
def test_recut(cuts: list[int]) -> None:
    """A text in pieces is cleaned as a whole, and stays in as many pieces."""
    pieces = [LEAK[a:b] for a, b in pairwise([0, *sorted(cuts), len(LEAK)])]

    shown = cleaner().recut(pieces)

    assert "".join(shown) == SHOWN
    assert len(shown) == len(pieces)


def test_untouched() -> None:
    """A text without anything private stays as it was cut."""
    pieces = ["token", ": str", "", "ing"]

    assert cleaner().recut(pieces) is pieces


def test_replaced() -> None:
    """Each word gives way to its own, in the order given, wherever it stands."""
    words = {"/home/anna": "~", "anna": "somebody"}

    assert replaced("anna is in /home/anna", words) == "somebody is in ~"
