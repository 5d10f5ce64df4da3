"""Entries read back: the events that the bytes of a stream stand for."""

import json
from collections.abc import Iterable
from typing import Any

from propactor.core.entries import Entry, EntryEncoder, kind_of
from propactor.core.events import (
    CLASSES,
    FIELDS,
    KINDS,
    Diagnostic,
    Event,
    FallbackReason,
    Part,
    Result,
    Stats,
)
from propactor.core.generation import Generation
from propactor.core.prop import part

_CLASSES = {KINDS[cls]: cls for cls in CLASSES}


def entry_of(event: Event, seq: int = 1, ts: int = 7) -> Entry:
    """Return the entry of an event of the generation ``r``."""
    encoder = EntryEncoder("r", 0)
    encoder.seq = seq - 1
    return encoder.encode(ts / 1000, event)[0]


def event_of(frame: bytes) -> Event:
    """Return the event that a reader finds in the bytes of an entry."""
    cls, body = _CLASSES[kind_of(frame)], body_of(frame)
    values = {attr: body[name] for attr, name in FIELDS[cls] if name in body}
    return cls(**_nested(cls, values))


def body_of(frame: bytes) -> dict[str, Any]:
    """Return the JSON object in the bytes of an entry."""
    body: dict[str, Any] = json.loads(frame.split(b"\ndata: ", 1)[1])
    return body


def events_of(entries: Iterable[Entry | bytes]) -> list[Event]:
    """Return the events of entries, or of their bytes."""
    return [event_of(entry if isinstance(entry, bytes) else entry.data) for entry in entries]


def outcome_of(generation: Generation) -> Event:
    """Return the result or error a generation ended with, as readers got it."""
    assert generation.outcome is not None
    return event_of(generation.outcome.data)


def _nested(cls: type[Event], values: dict[str, Any]) -> dict[str, Any]:
    """Make objects of what stands inside an event."""
    if cls is Part:
        values["part"] = _part(values["part"])
    if cls is Result:
        values["parts"] = tuple(_part(one) for one in values["parts"])
        values["diagnostics"] = tuple(_plain(Diagnostic, one) for one in values["diagnostics"])
    if "fallback_reason" in values:
        values["fallback_reason"] = _plain(FallbackReason, values["fallback_reason"])
    if "stats" in values:
        values["stats"] = _plain(Stats, values["stats"])
    return values


def _part(value: dict[str, Any] | None) -> part.Part | None:
    return None if value is None else part.part_from(value)


def _plain(cls: type, value: dict[str, Any]) -> Any:
    return cls(**{attr: value[name] for attr, name in FIELDS[cls] if name in value})
