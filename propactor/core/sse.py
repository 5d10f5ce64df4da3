"""Server-sent events: an entry of the journal as bytes, and bytes as frames again.

The framing is that of the WHATWG HTML standard, section 9.2; lines end in LF only, because a
widely used browser helper can't read CRLF streams.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from propactor.core import jsontext
from propactor.core.events import FIELDS, KINDS, Event, Part

HEARTBEAT = b":\n"
NAMED_BY_KIND = frozenset({"thinking", "tool_call", "tool_result", "text_delta"})
_LINE_END = re.compile(rb"\r\n|\n|\r")


class Entry(NamedTuple):
    """One event of a generation as journalled: numbered, dated, and encoded once for all readers."""

    seq: int
    ts: int
    kind: str
    event: Event
    data: bytes


def plain(value: object) -> object:
    """Make an event, or a value nested in one, ready for the JSON encoder."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    names = FIELDS.get(type(value))
    if names is None:
        return value
    return {name: plain(v) for attr, name in names if (v := getattr(value, attr)) is not None}


def body(request_id: str, seq: int, ts: int, event: Event) -> dict[str, object]:
    """Return the JSON object a reader gets for an event; fields that are None are left out."""
    kind = KINDS[type(event)]
    out: dict[str, object] = {"requestId": request_id, "seq": seq}
    if kind in NAMED_BY_KIND:
        out["kind"] = kind
    for attr, name in FIELDS[type(event)]:
        value = getattr(event, attr)
        if value is not None and attr != "at":
            out[name] = plain(value) if kind in ("result", "done") else value
    if type(event) is Part and event.part is None:
        out["part"] = None
    out["ts"] = ts
    return out


def encode(request_id: str, seq: int, ts: int, event: Event) -> Entry:
    """Number, date and encode an event."""
    kind = KINDS[type(event)]
    data = jsontext.dumps(body(request_id, seq, ts, event))
    return Entry(seq, ts, kind, event, b"id: %d\nevent: %b\ndata: %b\n\n" % (seq, kind.encode(), data))


def notice(request_id: str, seq: int, ts: int, event: Event) -> bytes:
    """Encode an event that only one reader gets: it has no id, so the reader's place stays where it was."""
    data = jsontext.dumps(body(request_id, seq, ts, event))
    return b"event: %b\ndata: %b\n\n" % (KINDS[type(event)].encode(), data)


@dataclass(frozen=True, slots=True)
class Frame:
    """One event as a reader sees it; ``id`` is the last one heard, ``retry`` is in milliseconds."""

    event: str
    data: str
    id: str | None = None
    retry: int | None = None


class Decoder:
    """Cuts a stream of bytes into frames, wherever the pieces are cut. At most ``limit`` bytes wait."""

    def __init__(self, limit: int = 16 * 2**20) -> None:
        self._rest = b""
        self._limit = limit
        self._begun = False
        self._id: str | None = None
        self._clear()

    def _clear(self) -> None:
        self._event = ""
        self._data: list[str] = []
        self._retry: int | None = None

    def feed(self, piece: bytes) -> Iterator[Frame]:
        """Yield the frames that this piece completes.

        Raises:
            ValueError: a line is longer than the limit.
        """
        lines = self._lines(piece)
        return (frame for line in lines if (frame := self._take(line)) is not None)

    def _lines(self, piece: bytes) -> list[bytes]:
        text = self._rest + piece
        if not self._begun and len(text) >= 3:
            self._begun, text = True, text.removeprefix(b"\xef\xbb\xbf")
        held = b"\r" if text.endswith(b"\r") else b""  # it may be half of a CRLF
        *lines, rest = _LINE_END.split(text[: len(text) - len(held)])
        self._rest = rest + held
        if len(self._rest) > self._limit:
            raise ValueError(f"a line of the event stream is longer than {self._limit} bytes")
        return lines

    def _take(self, line: bytes) -> Frame | None:
        if not line:
            return self._dispatch()
        name, _, value = line.decode("utf-8", "replace").partition(":")
        self._field(name, value.removeprefix(" "))
        return None

    def _field(self, name: str, value: str) -> None:
        match name:
            case "data":
                self._data.append(value)
            case "event":
                self._event = value
            case "id" if "\0" not in value:
                self._id = value
            case "retry" if value.isascii() and value.isdigit():
                self._retry = int(value)

    def _dispatch(self) -> Frame | None:
        event, data, retry = self._event or "message", self._data, self._retry
        self._clear()
        return Frame(event, "\n".join(data), self._id, retry) if data else None
