"""Cumulative text becomes pieces that join to exactly the messages."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from propactor.adapters.openclaw.protocol.text import Messages

TEXT = st.text(st.sampled_from("ab \n😀é"), min_size=1, max_size=12)


def units(text: str) -> list[str]:
    """Cut a text into UTF-16 units, as a gateway may."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return [raw[i : i + 2].decode("utf-16-le", "surrogatepass") for i in range(0, len(raw), 2)]


def glue(pieces: list[str]) -> str:
    """Join UTF-16 units."""
    raw = "".join(pieces).encode("utf-16-le", "surrogatepass")
    return raw.decode("utf-16-le", "surrogatepass")


def steps(text: str, sizes: list[int]) -> list[tuple[str, str]]:
    """Return (text so far, what is new) for a text that grows by some units at a time."""
    pieces, out, at = units(text), [], 0
    for size in [*sizes, len(pieces)]:
        if new := pieces[at : at + size]:
            at += size
            out.append((glue(pieces[:at]), glue(new)))
    return out


def say(messages: Messages, said: str, data: dict[str, Any]) -> str:
    """Take an event as a reader sees it."""
    piece = messages.take(data)
    assert not any("\ud800" <= c <= "\udfff" for c in piece.text)
    return piece.text if piece.replace else said + piece.text


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=4), st.lists(st.integers(1, 5), max_size=6), st.booleans())
def test_joined(texts: list[str], sizes: list[int], items: bool) -> None:
    """However messages are cut, even through an emoji, the pieces are the messages, in whole characters."""
    messages, said = Messages(), ""

    for number, text in enumerate(texts):
        for so_far, new in steps(text, sizes):
            item = {"itemId": f"a:{number}"} if items else {}
            said = say(messages, said, {"text": so_far, "delta": new, **item})

    if items:
        assert said == "\n\n".join(texts)
    assert said == messages.said


@settings(max_examples=100, deadline=None)
@given(TEXT, st.lists(st.integers(1, 3), max_size=8))
def test_deltas_alone(text: str, sizes: list[int]) -> None:
    """Deltas alone join to the text, also when an emoji was cut."""
    messages, said = Messages(), ""

    for _, new in steps(text, sizes):
        said = say(messages, said, {"delta": new})

    assert said == text == messages.said


@settings(max_examples=100, deadline=None)
@given(TEXT, TEXT, st.lists(st.integers(1, 3), max_size=8))
def test_retries(kept: str, text: str, sizes: list[int]) -> None:
    """However often an attempt fails, its text is there once at the end, after what was kept."""
    messages, said = Messages(), ""
    said = say(messages, said, {"text": kept, "delta": kept, "itemId": "a:1"})
    messages.complete()

    for attempt in ("b", "c", "d"):
        for so_far, new in steps(text, sizes):
            said = say(messages, said, {"text": so_far, "delta": new, "itemId": f"{attempt}:2"})
        if attempt != "d":
            said = say(messages, said, {"text": "", "delta": "", "replace": True, "itemId": f"{attempt}:2"})

    assert said == f"{kept}\n\n{text}" == messages.said


def test_lone_half() -> None:
    """Half a character whose other half never comes becomes U+FFFD when the text goes on."""
    messages, said = Messages(), ""

    for so_far, new in (("a\ud83d", "a\ud83d"), ("a\ud83d b", " b")):
        said = say(messages, said, {"text": so_far, "delta": new})

    assert said == "a\ufffd b"


def test_lone_half_at_the_end_of_a_message() -> None:
    """Half a character at the end of a message is made good before the next message."""
    messages, said = Messages(), ""

    said = say(messages, said, {"text": "a\ud83d", "delta": "a\ud83d", "itemId": "1"})
    said = say(messages, said, {"text": "b", "delta": "b", "itemId": "2"})

    assert said == "a\ufffd\n\nb" == messages.said
