"""Take secrets out of a text. Telling words are found cheaply; patterns are tried only where one stands."""

import re
from collections.abc import Iterator

from propactor.redaction.known import PAIRS, SHAPES
from propactor.redaction.shape import Shape

_SHORT = 40
"""In a short text one pattern tells sooner that nothing is there; in a long one a look for each word."""


class Shapes:
    """Some shapes, and the words by which they are found."""

    def __init__(self, *shapes: Shape) -> None:
        self.shapes = shapes
        self.words: dict[str, list[int]] = {}
        self.beginnings: dict[str, list[int]] = {}
        for number, shape in enumerate(shapes):
            for word in shape.stems:
                self.words.setdefault(word, []).append(number)
            for part in {word[:end] for word in shape.stems for end in range(1, len(word))}:
                self.beginnings.setdefault(part, []).append(number)
        self.longest = max(map(len, self.beginnings))
        self.any_word = re.compile("|".join(map(re.escape, self.words)))

    def find(self, text: str, *, cut_off: bool = False) -> list[tuple[int, Shape]]:
        """Return where a shape may begin, in order; with ``cut_off`` also where the end cuts off its word."""
        lower = _lower(text)
        found: list[tuple[int, int]] = []
        if len(lower) > _SHORT or self.any_word.search(lower):
            found = [place for word in self.words if word in lower for place in self._places(lower, word)]
        if cut_off:
            found += self._cut_off(lower)
        return [(at, self.shapes[number]) for at, number in sorted(found)] if found else []

    def _places(self, lower: str, word: str) -> Iterator[tuple[int, int]]:
        at = lower.find(word)
        while at >= 0:
            yield from ((at, number) for number in self.words[word])
            at = lower.find(word, at + 1)

    def _cut_off(self, lower: str) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = []
        for at in range(max(0, len(lower) - self.longest), len(lower)):
            if numbers := self.beginnings.get(lower[at:]):
                found += [(at, number) for number in numbers]
        return found


TOKENS, EVERYTHING = Shapes(*SHAPES), Shapes(*SHAPES, *PAIRS)


def _lower(text: str) -> str:
    """Return the text in lower case and of the same length: one letter would become two."""
    return text.lower() if text.isascii() else text.replace("\u0130", "I").lower()


def clean(text: str, shapes: Shapes, *, start: int = 0, shown: int = 0) -> str:
    """Return what may be shown of the text from ``shown`` on, with secrets sought from ``start`` on."""
    pieces: list[str] = []
    for at, shape in shapes.find(text):
        if at >= start and (match := shape.head.match(text, at)):
            pieces += text[shown : match.start(1)], shape.fill
            end = shape.end(text, match.end())
            shown = start = len(text) if end is None else end
    return "".join(pieces) + text[shown:]


def redact(text: str) -> str:
    """Return the text without its secrets."""
    return clean(text, EVERYTHING)
