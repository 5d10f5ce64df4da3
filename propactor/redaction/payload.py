"""Take secrets out of JSON-like objects, and show the beginning of one."""

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from itertools import islice

from propactor.redaction.shape import REDACTED
from propactor.redaction.stream import StreamRedactor
from propactor.redaction.text import redact

CUT = "[cut]"
_DEPTH = 32
_VALUES = 100_000
_SLICE = 2000

_KEY = re.compile(
    r"(?:passw(?:or)?d|passphrase|secret|token|tokens|authorization|cookies?|credentials?|bearer|pwd"
    r"|(?:api|private|secret|access|account|signing|encryption)[_.-]?key(?:[_.-]?id)?)[_.-]?\d*$",
    re.IGNORECASE,
)
_COUNTER = re.compile(r"tokens?$", re.IGNORECASE)


class _Copier:
    """Copies a JSON-like object with its strings cleaned, to some depth and up to so many values."""

    def __init__(self, clean: Callable[[str], str], room: int) -> None:
        self._clean = clean
        self._room = room

    def copy(self, value: object, depth: int = _DEPTH) -> object:
        """Return the copy; what is too deep or too much becomes a mark."""
        self._room -= 1
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            return self._clean(value)
        if depth == 0 or self._room < 0:
            return CUT
        if isinstance(value, Mapping):
            members = islice(value.items(), self._room + 1)
            return {self._clean(str(key)): self._member(str(key), inner, depth - 1) for key, inner in members}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.copy(inner, depth - 1) for inner in islice(value, self._room + 1)]
        return self._clean(str(value))

    def _member(self, key: str, value: object, depth: int) -> object:
        """Return a copy of the value, unless its key says that it is secret."""
        if value is None or isinstance(value, bool) or value == "" or not _KEY.search(key):
            return self.copy(value, depth)
        return value if isinstance(value, int | float) and _COUNTER.search(key) else REDACTED


def redact_payload(value: object) -> object:
    """Return a copy of a JSON-like object without its secrets; numbers that count tokens stay."""
    return _Copier(redact, _VALUES).copy(value)


def preview(value: object, limit: int = 200) -> str:
    """Return the beginning of a text or a JSON-like object in one line: redacted first, cut then."""
    if limit < 1:
        return ""
    shown = _Copier(partial(_beginning, limit=limit), limit).copy(value)
    text = shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False)
    text = " ".join(_well_formed(text).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _beginning(text: str, limit: int) -> str:
    """Return enough of the redacted text for a preview, without reading a megabyte for it."""
    if len(text) <= _SLICE:
        return redact(text)
    redactor, shown = StreamRedactor(), ""
    for start in range(0, len(text), _SLICE):
        shown += redactor.push(text[start : start + _SLICE])
        shown = re.sub(r"\s+", " ", shown)
        if len(shown) > limit:
            return shown
    return shown + redactor.flush()


def _well_formed(text: str) -> str:
    """Return the text with the two halves of a surrogate pair joined, and a lonely half replaced."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
