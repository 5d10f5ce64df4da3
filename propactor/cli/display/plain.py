"""Displays without a screen: lines of JSON for programs, lines of text for logs and pipes."""

import sys
from collections.abc import Mapping
from typing import Protocol, Self

from propactor.cli.display.summary import summary
from propactor.cli.display.terminal import clean, one_line
from propactor.cli.display.view import Data, GenerationView, notice
from propactor.core import jsontext


class Display(Protocol):
    """Something that shows a generation while it runs."""

    def __enter__(self) -> Self:
        """Begin to show."""
        ...

    def __exit__(self, *_: object) -> None:
        """Leave the screen as it should stay."""
        ...

    def show(self, kind: str, data: Data, view: GenerationView) -> None:
        """Show an event.

        Args:
            kind: The event's name.
            data: What it carries.
            view: The generation; it has taken the event already.
        """
        ...

    def say(self, text: str) -> None:
        """Show a notice of the command's own, such as about a lost connection."""
        ...

    def close(self, view: GenerationView) -> None:
        """Show how it came out."""
        ...


class JsonLines:
    """Prints each event as a JSON object on a line of stdout, and nothing else there."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing: the screen is as it was."""

    def show(self, kind: str, data: Data, view: GenerationView) -> None:  # noqa: ARG002  the shape of a display
        """Print an event: its name, then what it carries."""
        print(jsontext.dumps({"event": kind, **data}).decode(), flush=True)

    def say(self, text: str) -> None:
        """Print to stderr."""
        print(f"propactor: {text}", file=sys.stderr)

    def close(self, view: GenerationView) -> None:
        """Print nothing: the events say how it came out."""


class PlainLines:
    """Prints a line for each event, and thoughts as soon as a line of them is whole; leaves out the code."""

    def __init__(self) -> None:
        self._thought = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Do nothing: the screen is as it was."""

    def show(self, kind: str, data: Data, view: GenerationView) -> None:  # noqa: ARG002  the shape of a display
        """Print the event, if it is worth a line."""
        if kind != "thinking":
            self._flush()
        line = _LINES.get(kind)
        if line is not None:
            _print(*line(data))
        elif kind == "thinking":
            self._think(clean(data.get("message")))

    def say(self, text: str) -> None:
        """Print a notice."""
        self._flush()
        _print("note", text)

    def close(self, view: GenerationView) -> None:
        """Print how it came out."""
        self._flush()
        for label, text in summary(view):
            _print(label.lower(), text)

    def _think(self, text: str) -> None:
        *whole, self._thought = (self._thought + text).split("\n")
        for line in whole:
            if line.strip():
                _print("thought", line)

    def _flush(self) -> None:
        rest, self._thought = self._thought, ""
        if rest.strip():
            _print("thought", rest)


def _print(label: str, text: str) -> None:
    print(f"{label:<9} {text}", flush=True)


def _tool_call(data: Data) -> tuple[str, str]:
    return "tool", one_line(clean(f"{data.get('toolName')} {data.get('inputPreview') or ''}"), 200)


def _tool_result(data: Data) -> tuple[str, str]:
    said = f"{data.get('toolName')} {data.get('status')}: {data.get('outputPreview') or ''}"
    return "tool", one_line(clean(said), 200)


def _part(data: Data) -> tuple[str, str]:
    return "part", f"{data.get('index')}: {describe(data.get('part'))}"


def _progress(data: Data) -> tuple[str, str]:
    return "status", notice(data)


def _started(data: Data) -> tuple[str, str]:
    return "started", clean(data.get("requestId"))


_LINES = {
    "started": _started,
    "tool_call": _tool_call,
    "tool_result": _tool_result,
    "part": _part,
    "progress": _progress,
}


def describe(part: object) -> str:
    """Put a part in words."""
    if not isinstance(part, Mapping):
        return "taken back"
    place = ", ".join(f"{number:g}" for number in part.get("position") or ())
    glows = ", glows" if part.get("emissive") else ""
    return clean(f"{part.get('type')} {part.get('color')} at {place}{glows}")
