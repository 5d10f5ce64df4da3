"""Split what a WebSocket server sends into text messages; delegate every frame that is not a whole text.

The layout of a frame is that of RFC 6455, section 5.2.
"""

from collections.abc import Callable
from struct import Struct

MAX_FRAGMENTS = 4096
"""The most fragments of a message. Empty ones pass every limit in bytes: 15 million, 30 MB, kept the loop
busy for a minute. `websockets` allows as many where it puts messages together; its core allows any number.
"""
FRAMES_A_TURN = 256
"""The most frames read before others get their turn of the loop. A read of 256 kB may hold 131,072 empty
ones; the dearest frame, a ping of 125 bytes, costs 8 µs.
"""
_TURN = range(FRAMES_A_TURN)
_TEXT, _BINARY, _CLOSE = 0x1, 0x2, 0x8
_OPCODES = frozenset((0x0, _TEXT, _BINARY, _CLOSE, 0x9, 0xA))
_FIN, _OPCODE, _MASKED = 0x80, 0x0F, 0x80
_WHOLE_TEXT = _FIN | _TEXT
_HEADER = 2
_LENGTH_BYTES = {126: 2, 127: 8}
_MEDIUM, _MEDIUM_HEADER, _MEDIUM_LENGTH = _WHOLE_TEXT << 8 | 126, 4, 0xFFFF
"""A whole text of 126 to 65,535 bytes: how its frame begins, its header's size, the most it may hold."""
_NOTHING = -1
"""What no frame begins with."""
_REFUSED = 1 << 64
"""More than any length on the wire."""

_two_words = Struct(">HH").unpack_from


class TooManyFragments(ValueError):
    """A message came in more fragments than anybody needs."""


class FrameSplitter:
    """Find the text messages in the bytes from a server.

    Whole text frames, nearly all there are, are cut out here by their index. Each other frame goes to
    ``on_other``, the WebSocket library, which validates and answers it; a valid fragment of a text is added
    to its message here. Measured: a text of 341 bytes costs 0.26 µs here, ten in one read, and 2.7 µs in
    the core of `websockets`; one of 4.7 kB 0.36 and 3.0 µs.

    Text is not checked to be UTF-8, as RFC 6455, section 8.1, asks for: the JSON decoder that gets the
    message does so anyway. `websockets` does the same where it isn't told to decode (``recv(decode=False)``).

    Args:
        on_text: Called with each text message. May be exchanged at any time.
        on_other: Called with each other frame, header included. Returns False if this frame has closed the
            connection, or has broken the protocol. Then no more text is delivered, and ``on_other`` is
            called with all further bytes.
        max_size: The most bytes a message may have, its fragments together.
    """

    def __init__(
        self, *, on_text: Callable[[bytes], None], on_other: Callable[[bytes], bool], max_size: int
    ) -> None:
        self.on_text = on_text
        self._on_other = on_other
        self._max_size = max_size
        self._room = max_size
        self._fragments: list[bytes] = []
        self._is_text = False
        self._ended = False
        self._rest: bytes | bytearray = b""
        self._need = 0
        self._fast = self._fast_head()

    def push(self, data: bytes) -> bool:
        """Take the next bytes; frames may begin and end anywhere in them.

        Returns:
            True if there is more to do than a turn of the loop is for. Push ``b""`` in the next one.

        Raises:
            TooManyFragments: A message has more than ``MAX_FRAGMENTS``. The connection is to be failed.
        """
        if self._rest:
            if len(self._rest) + len(data) < self._need:
                self._keep(data)
                return False
            data, self._rest = bytes(self._rest) + data, b""
        done = self._split(data)
        if done == len(data):
            return False
        self._rest = data[done:]
        return not self._need

    def _split(self, data: bytes) -> int:
        """Hand out each whole frame and return where the next begins.

        One unpack finds a medium text frame and its length: less than four bytes taken by their index cost.
        """
        at, size = 0, len(data)
        for _ in _TURN:
            left = size - at
            if left >= _MEDIUM_HEADER:
                head, length = _two_words(data, at)
                if head == self._fast:
                    end = at + _MEDIUM_HEADER + length
                    if end > size:
                        self._need = end - at
                        break
                    self.on_text(data[at + _MEDIUM_HEADER : end])
                    at = end
                    continue
            elif not left:
                break
            end = self._next(data, at)
            if end == at:
                break
            at = end
        else:
            self._need = 0
        return at

    def _keep(self, data: bytes) -> None:
        """Add to a frame that isn't whole yet, in linear time: 32 MB may come in pieces of one byte."""
        if type(self._rest) is bytes:
            self._rest = bytearray(self._rest)
        self._rest += data

    def _next(self, data: bytes, at: int) -> int:
        """Hand out any frame; return where the next begins, or ``at`` if this one isn't whole yet."""
        body, length = _measure(data, at)
        if length > self._room or self._ended:
            self._end()
            self._on_other(data[at:])
            return len(data)
        end = body + length
        if end > len(data):
            self._need = end - at
            return at
        if data[at] == _WHOLE_TEXT and not self._fragments:
            self.on_text(data[body:end])
        else:
            self._delegate(data, at, body, end)
        return end

    def _delegate(self, data: bytes, at: int, body: int, end: int) -> None:
        """Have a frame validated and answered, and add it to its message."""
        opcode = data[at] & _OPCODE
        if not self._on_other(data[at:end]):
            self._end()
        elif opcode <= _BINARY:
            if opcode:
                self._is_text = opcode == _TEXT
            self._add(data[body:end] if self._is_text else b"", end - body)
            if data[at] & _FIN:
                self._complete()
            self._fast = self._fast_head()

    def _add(self, data: bytes, size: int) -> None:
        """Add a fragment; of binary messages, which nobody wants, only the size counts."""
        self._fragments.append(data)
        self._room -= size
        if len(self._fragments) > MAX_FRAGMENTS:
            self._end()
            raise TooManyFragments("too many fragments")

    def _complete(self) -> None:
        """Deliver a message whose fragments are all there."""
        text, self._fragments, self._room = b"".join(self._fragments), [], self._max_size
        if self._is_text:
            self.on_text(text)

    def _end(self) -> None:
        """Deliver no more text, and keep nothing."""
        self._ended, self._fragments, self._fast = True, [], _NOTHING

    def _fast_head(self) -> int:
        """Return how a frame begins that is a message by itself; none is while another comes in fragments."""
        return _NOTHING if self._fragments or self._max_size < _MEDIUM_LENGTH else _MEDIUM


def _measure(data: bytes, at: int) -> tuple[int, int]:
    """Return where the body of a frame begins, as far as is known, and its length.

    A frame that no server may send, masked or of an unknown opcode, counts as longer than any limit: so the
    library gets it as soon as it would have refused it alone, before the frame is whole.
    """
    body = at + _HEADER
    if len(data) < body:
        return body, 0
    if data[at + 1] & _MASKED or data[at] & _OPCODE not in _OPCODES:
        return body, _REFUSED
    size = _LENGTH_BYTES.get(data[at + 1], 0)
    if not size:
        return body, data[at + 1]
    return body + size, int.from_bytes(data[body : body + size]) if body + size <= len(data) else 0
