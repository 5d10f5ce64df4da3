"""What a secret looks like, written once as the pieces it is made of.

From the pieces follow the pattern that tells a whole secret, and the pattern of its beginning at the end of a
text, which is all that a stream has to hold back. Every shape begins with a word that gives it away.
"""

import re
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

REDACTED = "[redacted]"
_STEM = 8
"""So many letters of a word are enough to look for it."""


class Piece:
    """A stretch of a shape: the pattern of all of it, and of any beginning of it."""

    def __init__(self, whole: str, part: str, words: Iterable[str] = ()) -> None:
        self.whole, self.part, self.words = whole, part, tuple(words)


def either(*words: str, flags: str = "") -> Piece:
    """Return a piece that is one of these words; ``flags="i"`` for any case."""
    whole, part = _tree(words), _tree(words, cut=True)
    return Piece(f"(?{flags}:{whole})", f"(?{flags}:{part})", words)


def _tree(words: Iterable[str], *, cut: bool = False) -> str:
    """Return a pattern for one of these words, letter by letter; with ``cut`` for any beginning of one."""
    branches = groupby(sorted(filter(None, words)), key=itemgetter(0))
    return "|".join(_branch(letter, [word[1:] for word in group], cut) for letter, group in branches)


def _branch(letter: str, endings: list[str], cut: bool) -> str:
    rest = _tree(endings, cut=cut)
    return (
        re.escape(letter) + (f"(?:{rest})" if rest else "") + ("?" if rest and (cut or "" in endings) else "")
    )


def some(letters: str, least: int, most: int | None = None) -> Piece:
    """Return a piece of so many characters of a class."""
    most = least if most is None else most
    return Piece(f"{letters}{{{least},{most}}}", f"{letters}{{1,{most}}}")


def where(condition: str) -> Piece:
    """Return a piece without length: a condition on what stands before or after it."""
    return Piece(condition, "(?!)")


def joined(pieces: Iterable[Piece]) -> str:
    """Return the pattern of all of these pieces."""
    return "".join(piece.whole for piece in pieces)


def begun(pieces: tuple[Piece, ...]) -> str:
    """Return a pattern of these pieces cut off by the end of the text."""
    pattern = ""
    for piece in reversed(pieces):
        pattern = f"(?:{piece.part}\\Z" + (f"|{piece.whole}{pattern})" if pattern else ")")
    return pattern or "(?!)"


class Shape:
    """What leads to a secret and stays, its telling head, what may follow it, and its stand-in."""

    def __init__(
        self, *head: Piece, lead: tuple[Piece, ...] = (), rest: str = "", fill: str = REDACTED
    ) -> None:
        first = next(piece for piece in (*lead, *head) if piece.words)
        self.stems = {word.lower()[:_STEM] for word in first.words}
        self.fill = fill
        self.head = re.compile(f"{joined(lead)}({joined(head)})")
        self.begun = re.compile(f"{begun(lead)}|{joined(lead)}({begun(head)})")
        self.rest = re.compile(f"{rest}*" if rest else "")
        self.overlap = 0
        """How much of a streaming secret has to be kept to find its end."""

    def end(self, text: str, at: int) -> int | None:
        """Return where the secret whose head ends at ``at`` ends, or None when the text ends first."""
        match = self.rest.match(text, at)
        end = match.end() if match else at
        return end if end < len(text) or not self.rest.pattern else None


class Block(Shape):
    """A secret between two lines, as PEM has it."""

    def __init__(self, *head: Piece, stop: str) -> None:
        super().__init__(*head)
        self.stop = re.compile(stop)
        self.overlap = 80

    def end(self, text: str, at: int) -> int | None:
        """Return where the closing line ends, or None when it hasn't come."""
        match = self.stop.search(text, at)
        return match.end() if match else None
