"""A recording: what an upstream was asked and what it said, each with its time, as lines of JSON.

The first line is the header, each other line a frame:
``{"t": 0.412, "dir": "in", "source": "gateway", "frame": {…}}``, with ``t`` in seconds from the request on.
What a frame is, its upstream's adapter knows.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, get_args

from propactor.core import jsontext
from propactor.core.events import Source

FORMAT = 1
MAX_LINE = 4 * 2**20
"""Bytes of one line."""
MAX_BYTES = 64 * 2**20
"""Bytes of a whole recording."""
NO_TIMEOUT = 86_400.0
"""Seconds to wait for what is played: a recording can't hang, however slowly it goes."""

Direction = Literal["in", "out"]
_DIRECTIONS, _SOURCES = get_args(Direction), get_args(Source)
_TEXTS = ("upstream", "prompt", "name", "date")


class BadRecording(Exception):
    """A recording can't be read; the text says in which line, and why."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}")


@dataclass(frozen=True, slots=True)
class Header:
    """What was asked for, and of whom.

    Args:
        upstream: The kind of upstream, such as ``openclaw``.
        prompt: The title that stands for the prompt.
        name: The component's name.
        date: The day it was made, as ``2026-11-24``.
        about: What the upstream says of itself.
    """

    upstream: str
    prompt: str
    name: str
    date: str
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Frame:
    """One message to or from the upstream.

    Args:
        t: Seconds from the request on.
        direction: ``out`` to the upstream, ``in`` from it.
        source: Which of an upstream's sources it is from or for.
        data: The message. What it may be, the upstream's adapter knows.
        line: Where it stands in its file.
    """

    t: float
    direction: Direction
    source: Source
    data: Mapping[str, Any]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Recording:
    """One generation, as its upstream said it."""

    header: Header
    frames: Sequence[Frame]

    @property
    def seconds(self) -> float:
        """Return how long it takes."""
        return self.frames[-1].t if self.frames else 0.0


class FrameClock(Protocol):
    """Says when a frame is due: at its time, by some factor sooner or later, or at once."""

    async def until(self, t: float) -> None:
        """Wait for a time of the recording."""
        ...

    def resume(self, t: float) -> None:
        """Go on from a time of the recording now, because something had to be waited for."""
        ...


class Tape:
    """Keeps messages as they come, each with its time, up to a size.

    Args:
        clock: Returns the time in seconds.
        most: Bytes; what comes after them is dropped.
    """

    def __init__(self, clock: Callable[[], float], most: int = MAX_BYTES) -> None:
        self.full = False
        self.lines: list[tuple[float, Direction, Source, bytes]] = []
        self._clock = clock
        self._room = most

    def write(self, direction: Direction, source: Source, data: bytes) -> None:
        """Keep a message.

        Args:
            direction: ``out`` to the upstream, ``in`` from it.
            source: Which of an upstream's sources it is from or for.
            data: Its JSON; what is none is left out by `frames`.
        """
        self._room -= len(data)
        self.full = self.full or self._room < 0
        if not self.full:
            self.lines.append((self._clock(), direction, source, data))

    def frames(self) -> Iterator[Frame]:
        """Yield the messages that are JSON objects; times are those of the clock."""
        for at, direction, source, data in self.lines:
            try:
                found = jsontext.loads(data)
            except ValueError:
                continue
            if isinstance(found, dict):
                yield Frame(at, direction, source, found)


def encode(recording: Recording) -> Iterator[bytes]:
    """Yield the lines of a recording."""
    header = recording.header
    texts = {name: getattr(header, name) for name in _TEXTS}
    yield _line({"recording": FORMAT, **texts, "about": dict(header.about)})
    for frame in recording.frames:
        place = {"t": round(frame.t, 4), "dir": frame.direction, "source": frame.source}
        yield _line({**place, "frame": frame.data})


def decode(lines: Iterable[bytes]) -> Recording:
    """Read the lines of a recording.

    Raises:
        BadRecording: a line is too long, is not JSON, or says something that makes no sense.
    """
    header: Header | None = None
    frames: list[Frame] = []
    size = 0
    for number, line in enumerate(lines, 1):
        size += len(line)
        value = _value(number, line, size)
        if header is None:
            header = _header(number, value)
        else:
            frames.append(_frame(number, value, frames[-1].t if frames else 0.0))
    if header is None:
        raise BadRecording(1, "there is none: the file is empty")
    return Recording(header, frames)


def _line(value: Mapping[str, Any]) -> bytes:
    return jsontext.dumps(value) + b"\n"


def _value(number: int, line: bytes, size: int) -> dict[str, Any]:
    """Read the object on a line."""
    if len(line) > MAX_LINE:
        raise BadRecording(number, f"longer than {MAX_LINE} bytes")
    if size > MAX_BYTES:
        raise BadRecording(number, f"the recording is larger than {MAX_BYTES} bytes")
    try:
        value = jsontext.loads(line)
    except ValueError as exc:
        raise BadRecording(number, "not JSON") from exc
    if not isinstance(value, dict):
        raise BadRecording(number, "not an object")
    return value


def _header(number: int, value: Mapping[str, Any]) -> Header:
    if "recording" not in value:
        raise BadRecording(number, "this is no header of a recording")
    if value["recording"] != FORMAT:
        raise BadRecording(number, f"format {value['recording']!r} is not {FORMAT}")
    texts = {name: value.get(name) for name in _TEXTS}
    wrong = [name for name, text in texts.items() if not isinstance(text, str)]
    if wrong:
        raise BadRecording(number, f"{', '.join(wrong)} must be text")
    about = value.get("about", {})
    if not isinstance(about, dict):
        raise BadRecording(number, "about must be an object")
    return Header(**texts, about=about)  # type: ignore[arg-type]  # they are text: it was just checked


def _frame(number: int, value: Mapping[str, Any], before: float) -> Frame:
    """Read a frame; none comes before the one before it."""
    t: Any = value.get("t")
    direction: Any = value.get("dir")
    source: Any = value.get("source")
    if isinstance(t, bool) or not isinstance(t, int | float) or not math.isfinite(t) or t < before:
        raise BadRecording(number, f"t must be a number, and at least {before:g}")
    if direction not in _DIRECTIONS:
        raise BadRecording(number, f"dir must be one of {', '.join(_DIRECTIONS)}")
    if source not in _SOURCES:
        raise BadRecording(number, f"source must be one of {', '.join(_SOURCES)}")
    data = value.get("frame")
    if not isinstance(data, dict):
        raise BadRecording(number, "frame must be an object")
    return Frame(float(t), direction, source, data, number)
