"""Cut whole text frames from the bytes of a WebSocket; leave the rest to somebody who knows all frames.

The layout is that of RFC 6455, section 5.2.
"""

from collections.abc import Callable

_WHOLE_TEXT = 0x81
_MASKED = 0x80
_SHORT, _LONG = 126, 127
_HEADER = 2


class Cutter:
    """Find the frames in a stream of bytes.

    Unfragmented, unmasked text goes to ``on_text``, each other frame with its header to ``on_other``.
    ``whole`` is False while a message arrives in fragments: then all frames are the other's business.
    ``on_text`` may be exchanged at any time.
    """

    def __init__(
        self, *, on_text: Callable[[bytes], None], on_other: Callable[[bytes], None], max_size: int
    ) -> None:
        self.whole = True
        self.on_text = on_text
        self._on_other = on_other
        self._max_size = max_size
        self._rest = bytearray()
        self._need = _HEADER
        self._broken = False

    def push(self, data: bytes) -> None:
        """Take the next bytes; frames may begin and end anywhere in them."""
        if self._rest:
            self._rest += data
            if len(self._rest) < self._need:
                return
            data = bytes(self._rest)
            self._rest.clear()
        done = self._cut(data)
        if done < len(data):
            self._rest += memoryview(data)[done:]

    def _cut(self, data: bytes) -> int:
        """Hand out each whole frame and return where the next begins."""
        at, size = 0, len(data)
        while size - at >= _HEADER:
            first, second = data[at], data[at + 1]
            body, length = at + _HEADER, second & 0x7F
            if length >= _SHORT:
                body += 2 if length == _SHORT else 8
                length = int.from_bytes(data[at + _HEADER : body]) if body <= size else 0
            self._need = body + length - at
            if self._broken or second & _MASKED or length > self._max_size:
                return self._give_up(data, at)
            if self._need > size - at:
                return at
            end = body + length
            if first == _WHOLE_TEXT and self.whole:
                self.on_text(data[body:end])
            else:
                self._on_other(data[at:end])
            at = end
        self._need = _HEADER
        return at

    def _give_up(self, data: bytes, at: int) -> int:
        """Let the other tell what is wrong with a frame no server may send."""
        self._broken = True
        self._on_other(data[at:])
        return len(data)
