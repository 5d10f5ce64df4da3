"""The event that nearly every frame is: a delta of a run's text, decoded as far as it matters.

A typed decoder skips what we don't read. For a frame of 292 bytes it takes 0.4 µs where a general one takes
0.8 and leaves four dictionaries behind; of one with 36 kB of cumulative text it makes no string.
"""

from msgspec import UNSET, MsgspecError, Raw, Struct, UnsetType, field
from msgspec.json import Decoder

__all__ = ["Raw", "TextData", "TextEvent", "decode_text"]


class TextData(Struct, gc=False):
    """What an assistant event says; ``text``, the whole message so far, stays JSON."""

    delta: str
    item_id: str | None = field(name="itemId", default=None)
    text: Raw | UnsetType = UNSET
    replace: Raw | UnsetType = UNSET


class TextEvent(Struct, gc=False, tag_field="stream", tag="assistant"):
    """The payload of an assistant event; ``ts`` is in milliseconds since the epoch."""

    run_id: str = field(name="runId")
    data: TextData
    seq: int | None = None
    ts: int | None = None


class _Frame(Struct, gc=False):
    payload: TextEvent


_decode = Decoder(_Frame).decode


def decode_text(data: bytes) -> TextEvent | None:
    """Return the delta in a frame, or None where it is something else, or needs a closer look."""
    try:
        return _decode(data).payload
    except (MsgspecError, UnicodeDecodeError, RecursionError):
        return None
