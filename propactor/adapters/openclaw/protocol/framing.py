"""Cut whole text frames from the bytes of a WebSocket; leave the rest to somebody who knows all frames.

The layout is that of RFC 6455, section 5.2.
"""

from collections.abc import Callable

_WHOLE_TEXT = 0x81
_MASKED = 0x80
_SHORT, _LONG = 126, 127
_HEADER = 2


class FrameSplitter:
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
            length, body = data[at + 1], at + _HEADER
            if length == _SHORT and size - at >= _HEADER + 2:
                length, body = data[body] << 8 | data[body + 1], body + 2
            elif length >= _SHORT:
                length, body = self._long(data, at)
            end = body + length
            if length > self._max_size or self._broken:
                return self._give_up(data, at)
            if end > size:
                self._need = end - at
                return at
            if data[at] == _WHOLE_TEXT and self.whole:
                self.on_text(data[body:end])
            else:
                self._on_other(data[at:end])
            at = end
        self._need = _HEADER
        return at

    def _long(self, data: bytes, at: int) -> tuple[int, int]:
        """Return the length of a frame that is long, or masked as none may be, and where its body is."""
        if data[at + 1] & _MASKED:
            return self._max_size + 1, at + _HEADER
        body = at + _HEADER + (2 if data[at + 1] == _SHORT else 8)
        return int.from_bytes(data[at + _HEADER : body]) if body <= len(data) else 0, body

    def _give_up(self, data: bytes, at: int) -> int:
        """Let the other tell what is wrong with a frame no server may send."""
        self._broken = True
        self._on_other(data[at:])
        return len(data)
