"""From what was taken down of a model's API to what may be shown."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from propactor.adapters.model.recording.tap import ASK, EVENT
from propactor.core.recording import Frame
from propactor.redaction import Cleaner
from propactor.redaction.records import PROSE, Scrub


def cleaned(frames: Iterable[Frame], scrub: Scrub) -> tuple[dict[str, Any], list[Frame]]:
    """Return what is known of the model, and the frames of its last answer, if it gave any.

    Args:
        frames: Everything that was taken down.
        scrub: Takes out of a text what only this machine knows to be private.
    """
    taken = list(frames)
    asked = [place for place, frame in enumerate(taken) if frame.data.get("type") == ASK]
    if not asked:
        return {}, []
    last = taken[asked[-1] :]
    timed = [replace(frame, t=frame.t - last[0].t) for frame in last]
    cleaner = Cleaner(scrub)
    whole = [cleaner.copy(frame.data) for frame in timed]
    for name, pieces in _texts(timed).items():
        for place, text in zip(pieces, cleaner.recut(list(pieces.values())), strict=True):
            _delta(whole[place])[name] = text
    about = {name: last[0].data.get(name) for name in ("api", "model")}
    return about, [replace(frame, data=data) for frame, data in zip(timed, whole, strict=True)]


def _texts(frames: Sequence[Frame]) -> dict[str, dict[int, str]]:
    """Return the pieces of each text by their places: what comes under one name belongs together."""
    found: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for place, frame in enumerate(frames):
        for name, text in _delta(frame.data).items():
            if name in PROSE and isinstance(text, str):
                found[name][place] = text
    return found


def _delta(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the piece that an event of either API brings."""
    body = data.get("data")
    if data.get("type") != EVENT or not isinstance(body, dict):
        return {}
    choices = body.get("choices")
    holder = choices[0] if isinstance(choices, list) and choices else body
    delta = holder.get("delta") if isinstance(holder, dict) else None
    return delta if isinstance(delta, dict) else {}
