"""Text that grows: gateways repeat a whole message with each piece of it, recordings needn't.

In a recording ``grew`` stands for ``text`` where that is the text before and the piece: it is how long the
text is then. So a recording grows with its text, not with the square of it, and loses nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from propactor.core.recording import BadRecording, Frame

GROWING = frozenset({"assistant", "thinking"})


def shrink(frames: Sequence[Frame]) -> Iterator[Frame]:
    """Yield the frames with ``grew`` for ``text`` where nothing is lost by it."""
    said: dict[tuple[str, str], str] = {}
    for frame in frames:
        data, place = growing(frame)
        text, before = data.get("text"), said.get(place, "")
        now = said[place] = str(text or before)
        whole = text and text == before + str(data.get("delta"))
        yield _with(frame, _swap(data, "text", "grew", len(now))) if whole else frame


def grow(frames: Sequence[Frame]) -> Iterator[Frame]:
    """Yield the frames with their text.

    Raises:
        BadRecording: a text is not as long as the recording says.
    """
    said: dict[tuple[str, str], str] = {}
    for frame in frames:
        data, place = growing(frame)
        if "grew" not in data:
            said[place] = str(data.get("text") or said.get(place, ""))
            yield frame
            continue
        text = said[place] = said.get(place, "") + str(data.get("delta"))
        if len(text) != data["grew"]:
            raise BadRecording(frame.line, f"the text has {len(text)} characters here, not {data['grew']}")
        yield _with(frame, _swap(data, "grew", "text", text))


def growing(frame: Frame) -> tuple[Mapping[str, Any], tuple[str, str]]:
    """Return the data of a piece of text, and the run and the stream that it belongs to."""
    payload = frame.data.get("payload")
    if frame.direction == "out" or frame.data.get("event") != "agent" or not isinstance(payload, dict):
        return {}, ("", "")
    data = payload.get("data")
    if payload.get("stream") not in GROWING or not isinstance(data, dict):
        return {}, ("", "")
    return data, (str(payload.get("runId")), payload["stream"])


def _with(frame: Frame, data: Mapping[str, Any]) -> Frame:
    return replace(frame, data={**frame.data, "payload": {**frame.data["payload"], "data": data}})


def _swap(data: Mapping[str, Any], old: str, new: str, value: object) -> dict[str, Any]:
    """Return the data with another member in the place of one."""
    return {new if key == old else key: value if key == old else kept for key, kept in data.items()}
