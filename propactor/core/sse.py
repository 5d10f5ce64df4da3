"""Server-sent events as bytes: what they are made of, and a decoder of streams.

The framing is that of the WHATWG HTML standard, section 9.2; lines end in LF only, because a
widely used browser helper can't read CRLF streams.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

HEARTBEAT = b":\n"
_MARK = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\n|\r")
_MILLISECONDS = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class Frame:
    """One event as a reader sees it; ``id`` is the last one heard, ``retry`` is in milliseconds."""

    event: str
    data: str
    id: str | None = None
    retry: int | None = None


class Decoder:
    """Cuts a stream of bytes into frames, wherever the pieces are cut. About ``limit`` bytes may wait."""

    def __init__(self, limit: int = 16 * 2**20) -> None:
        self._limit = limit
        self._first: bytes | None = b""
        self._after_cr = False
        self._line: list[bytes] = []
        self._line_bytes = 0
        self._id: str | None = None
        self._clear()

    def _clear(self) -> None:
        self._event = ""
        self._data: list[str] = []
        self._data_bytes = 0
        self._retry: int | None = None

    def feed(self, piece: bytes) -> Sequence[Frame]:
        """Return the frames that this piece completes.

        Raises:
            ValueError: an event is longer than the limit.
        """
        lines = self._lines(self._behind_mark(piece))
        frames = [frame for line in lines if (frame := self._take(line)) is not None]
        if self._line_bytes + self._data_bytes > self._limit:
            raise ValueError(f"an event of the stream is longer than {self._limit} bytes")
        return frames

    def _behind_mark(self, piece: bytes) -> bytes:
        """Leave out a byte order mark at the very beginning, even if it comes byte by byte."""
        if self._first is None:
            return piece
        self._first += piece
        if _MARK.startswith(self._first):
            return b""
        piece, self._first = self._first.removeprefix(_MARK), None
        return piece

    def _lines(self, piece: bytes) -> Sequence[bytes]:
        """Return the lines that end here. CR ends a line at once; an LF that follows belongs to it."""
        if not piece:
            return ()
        if self._after_cr:
            piece = piece.removeprefix(b"\n")
        self._after_cr = piece.endswith(b"\r")
        *lines, rest = _LINE_END.split(piece)
        if lines:
            lines[0] = b"".join([*self._line, lines[0]])
            self._line, self._line_bytes = [], 0
        self._line.append(rest)
        self._line_bytes += len(rest)
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
                self._data_bytes += len(value)
            case "event":
                self._event = value
            case "id" if "\0" not in value:
                self._id = value
            case "retry" if _MILLISECONDS.fullmatch(value):
                self._retry = int(value)

    def _dispatch(self) -> Frame | None:
        event, data, retry = self._event or "message", self._data, self._retry
        self._clear()
        return Frame(event, "\n".join(data), self._id, retry) if data else None
