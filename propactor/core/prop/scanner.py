"""Model text, cut into what parts are made of: the tags of meshes and the objects of a PARTS_DATA block.

A pushdown automaton that looks at each character once, however the text is cut into pieces. It knows
just enough of TSX to skip strings, comments and expressions; broken text makes it lose a part, not its way.
"""

import re
from collections.abc import Callable, Mapping
from typing import Protocol

LONGEST = 8_000
"""How many characters a tag or an object may have. Longer ones are given up, so memory is bounded."""

MARK = "PARTS_DATA"


class Listener(Protocol):
    """Who wants to know what the text consists of."""

    def tag(self, text: str) -> bool:
        """Take a complete tag, and say whether what follows is inside a mesh."""
        ...

    def block(self) -> None:
        """Take note that a PARTS_DATA block begins."""
        ...

    def element(self, text: str) -> None:
        """Take a complete object of the block."""
        ...

    def fragment(self) -> None:
        """Take note of an object that was begun but has no end."""
        ...


class _Nobody:
    """Stands for the listener while no text is being read."""

    def tag(self, text: str) -> bool:  # noqa: ARG002  the shape of a listener
        return False

    def block(self) -> None: ...

    def element(self, text: str) -> None: ...

    def fragment(self) -> None: ...


_NOBODY = _Nobody()


def _begun(word: str) -> str:
    """Return a pattern for every beginning of a word, from nothing to all of it."""
    pattern = ""
    for letter in reversed(word):
        pattern = f"(?:{re.escape(letter)}{pattern})?"
    return pattern


def _mode(first: str, tokens: str, wait: str) -> re.Pattern[str]:
    """Compile what stops us in a mode; ``wait`` is what may become a token when more text comes.

    Whatever doesn't begin with one of the ``first`` characters is skipped, in a tenth of a search's time.
    """
    skip = rf"[^{re.escape(first)}]*+" if first else ""
    return re.compile(rf"{skip}(?:(?P<wait>(?:{wait})\Z)|{tokens}|(?P<other>.))", re.DOTALL)


_COMMENTS = r"(?P<pass>:/{1,9})|(?P<comment>/\*)|(?P<line>//)"
_BEFORE_COMMENTS = r":/{0,9}|/"
_MESH = r"<mesh(?=[\s/>])"
_BEFORE_MESH = "<" + _begun("mesh")
_QUOTES = r"(?P<double>\")|(?P<single>')|(?P<backtick>`)"
_STRING = r"(?P<pass>\\.)|(?P<leave>[%s])"

_NOTHING = r"(?!)"

# What to look for, by where we are. A URL's slashes begin no comment, hence ``pass``.
_MODES: Mapping[str, re.Pattern[str]] = {
    "outside": _mode(":/<", rf"{_COMMENTS}|(?P<tag>{_MESH})", rf"{_BEFORE_COMMENTS}|{_BEFORE_MESH}"),
    "inside": _mode(":/<", rf"{_COMMENTS}|(?P<tag></?(?=[A-Za-z>]))", rf"{_BEFORE_COMMENTS}|</?"),
    "line": _mode("\n", r"(?P<leave>\n)", _NOTHING),
    "head": _mode("", rf"(?P<block>\s{{0,99}}{MARK})|(?P<prose>)", rf"\s{{0,99}}{_begun(MARK)}"),
    "prose": _mode("*/", r"(?P<leave>\*/)|(?P<again>/\*(?!/))", r"/\*?|\*"),
    "tag": _mode(
        "><{\"'",
        r"(?P<close>>)|(?P<tag><)|(?P<brace>\{)|(?P<attribute_double>\")|(?P<attribute_single>')",
        _NOTHING,
    ),
    "attribute_double": _mode('"', r"(?P<leave>\")", _NOTHING),
    "attribute_single": _mode("'", r"(?P<leave>')", _NOTHING),
    "brace": _mode(
        "{}\"'`/<",
        rf"(?P<leave>\}})|(?P<brace>\{{)|{_QUOTES}|(?P<comment>/\*)|(?P<line>//)|(?P<tag>{_MESH})",
        rf"/|{_BEFORE_MESH}",
    ),
    "double": _mode('\\"\n', _STRING % r'"\n', r"\\"),
    "single": _mode("\\'\n", _STRING % r"'\n", r"\\"),
    "backtick": _mode("\\`", _STRING % "`", r"\\"),
    "elements": _mode("{*", r"(?P<object>\{)|(?P<end>\*/)", r"\*"),
    "element": _mode(
        '{}:"*',
        r"(?P<done>\})|(?P<nest>:\s{0,99}\{)|(?P<object>\{)|(?P<text>\")|(?P<end>\*/)",
        r":\s{0,99}|\*",
    ),
    "nest": _mode(
        '{}:"*',
        r"(?P<leave>\})|(?P<nest>:\s{0,99}\{)|(?P<object>\{)|(?P<text>\")|(?P<end>\*/)",
        r":\s{0,99}|\*",
    ),
    "text": _mode('\\"\n*', r"(?P<pass>\\.)|(?P<leave>[\"\n])|(?P<end>\*/)", r"\\|\*"),
}


# What must come before anything can be told: the end of a tag or of an object, or a comment, which may begin
# a block. At the head of a comment anything may; the empty string is in every text.
_OUTSIDE_BLOCK = (">", "*")
_INSIDE_BLOCK = ("}", "*")
_ENDINGS: Mapping[str, tuple[str, str]] = {
    "head": ("", ""),
    **dict.fromkeys(("elements", "element", "nest", "text"), _INSIDE_BLOCK),
}


class Scanner:
    """Tells a listener what the text consists of, as it comes."""

    __slots__ = ("_at", "_listener", "_modes", "_start", "_text")

    def __init__(self) -> None:
        self._listener: Listener = _NOBODY
        self._text = ""
        self._at = 0
        self._start: int | None = None
        self._modes = ["outside"]

    def feed(self, text: str, listener: Listener) -> None:
        """Take the next piece of the text, and tell the listener.

        The listener isn't kept: a scanner's owner is its listener, and the two would hold each other in
        memory until the collector comes. 12,000 short generations took 182 MB that way.
        """
        self._listener = listener
        try:
            self._scan(text)
        finally:
            self._listener = _NOBODY

    def _scan(self, text: str) -> None:
        self._text += text
        while self._step():
            pass
        keep = self._at if self._start is None else self._start
        self._text = self._text[keep:]
        self._at -= keep
        self._start = None if self._start is None else 0

    @property
    def endings(self) -> tuple[str, str]:
        """Return the characters without which more text tells nothing new."""
        return _ENDINGS.get(self._modes[-1], _OUTSIDE_BLOCK)

    def _step(self) -> bool:
        """Go to the next token and act on it; say whether there was one."""
        size = len(self._text)
        limit = size + 1 if self._start is None else self._start + LONGEST
        found = _MODES[self._modes[-1]].match(self._text, self._at, min(size, limit))
        if found is None or found.lastgroup == "wait":
            if limit <= size:
                return self._give_up(limit)
            self._at = size if found is None else found.start("wait")
            return False
        token = str(found.lastgroup)
        self._at = found.end()
        self._act(token, found.start(token))
        return True

    def _act(self, token: str, at: int) -> None:
        """Do what a token means; one without an action is the name of the mode it opens."""
        action = _ACTIONS.get(token)
        if action is None:
            self._modes.append(token)
        else:
            action(self, at)

    def _pass(self, _: int) -> None:
        """Stay in the mode: this only looked like something."""

    def _leave(self, _: int) -> None:
        self._modes.pop()

    def _open_comment(self, _: int) -> None:
        self._modes.append("head")

    def _open_comment_again(self, _: int) -> None:
        self._modes[-1] = "head"

    def _go_on_with_comment(self, _: int) -> None:
        self._modes[-1] = "prose"

    def _open_tag(self, at: int) -> None:
        self._start = at
        self._modes = [self._modes[0], "tag"]

    def _close_tag(self, _: int) -> None:
        text, self._start = self._text[self._start : self._at], None
        self._modes = ["inside" if self._listener.tag(text) else "outside"]

    def _open_block(self, _: int) -> None:
        self._start = None
        self._modes = ["outside", "elements"]
        self._listener.block()

    def _close_block(self, _: int) -> None:
        self._end_element()
        self._modes = ["outside"]

    def _open_element(self, at: int) -> None:
        self._end_element()
        self._start = at
        self._modes = ["outside", "elements", "element"]

    def _close_element(self, _: int) -> None:
        text, self._start = self._text[self._start : self._at], None
        self._modes = ["outside", "elements"]
        self._listener.element(text)

    def _end_element(self) -> None:
        """Tell of an object that was begun and will not be finished, if there is one."""
        if self._start is not None:
            self._start = None
            self._listener.fragment()

    def _give_up(self, at: int) -> bool:
        """Forget what grew too long, and go on behind it."""
        self._at = at
        if "elements" in self._modes:
            self._end_element()
            self._modes = ["outside", "elements"]
        else:
            self._start = None
            self._modes = self._modes[:1]
        return True


_ACTIONS: Mapping[str, Callable[[Scanner, int], None]] = {
    "pass": Scanner._pass,
    "other": Scanner._pass,
    "leave": Scanner._leave,
    "comment": Scanner._open_comment,
    "again": Scanner._open_comment_again,
    "prose": Scanner._go_on_with_comment,
    "block": Scanner._open_block,
    "tag": Scanner._open_tag,
    "close": Scanner._close_tag,
    "object": Scanner._open_element,
    "done": Scanner._close_element,
    "end": Scanner._close_block,
}
