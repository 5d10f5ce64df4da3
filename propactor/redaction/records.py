"""Take out of a recording what is not for others: secrets, and what only this machine knows to be private."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from propactor.redaction.payload import redact_payload
from propactor.redaction.stream import StreamRedactor
from propactor.redaction.text import redact

Scrub = Callable[[str], str]
PROSE = frozenset(
    {"text", "delta", "thinking", "progressText", "content", "reasoning", "reasoning_content", "refusal"}
)
"""What models write is under these names: there, ``token: string`` is code and no secret."""


class Cleaner:
    """Copies JSON without what is private. ``scrub`` takes out words of this machine."""

    def __init__(self, scrub: Scrub, left_out: frozenset[str] = frozenset()) -> None:
        self._scrub, self._left_out = scrub, left_out

    def copy(self, value: Any, name: str = "") -> Any:
        """Return a copy that may be shown of what stands under a name."""
        if isinstance(value, str):
            return self.prose(value) if name in PROSE else redact(self._scrub(value))
        if isinstance(value, list):
            return [self.copy(inner, name) for inner in value]
        if not isinstance(value, Mapping):
            return value
        return {key: self._member(key, inner) for key, inner in value.items() if key not in self._left_out}

    def _member(self, name: str, value: Any) -> Any:
        """Return a copy of a value, unless its name says that it is secret."""
        secret = redact_payload({name: "x"})
        if secret != {name: "x"} and not isinstance(value, int | float | None):
            return redact_payload({name: value})[name]  # type: ignore[index]  # it is a copy of the mapping
        return self.copy(value, name)

    def prose(self, text: str) -> str:
        """Return what may be shown of a text that may be code."""
        redactor = StreamRedactor(names=False)
        return redactor.push(self._scrub(text)) + redactor.flush()

    def recut(self, pieces: Sequence[str]) -> Sequence[str]:
        """Return the pieces of a text that is cleaned as a whole: a secret may lie across them."""
        text = "".join(pieces)
        cleaned = self.prose(text)
        if cleaned == text:
            return pieces
        ends = [round(len(cleaned) * end / len(text)) for end in _ends(pieces)]
        return [cleaned[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def replaced(text: str, words: Mapping[str, str]) -> str:
    """Return a text with other words instead of those that are not to be shown."""
    for word, instead in words.items():
        text = text.replace(word, instead)
    return text


def _ends(pieces: Sequence[str]) -> list[int]:
    """Return where each piece ends in the whole."""
    ends, end = [], 0
    for piece in pieces:
        end += len(piece)
        ends.append(end)
    return ends
