"""Recorded runs together with the transcripts that were written of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest

from propactor.core.upstream import Reply
from tests.adapters.openclaw.recordings import Recorded, every_run, outcome, turn
from tests.adapters.openclaw.recordings import told as written
from tests.adapters.openclaw.turns import Reader

Json = dict[str, Any]
Told = tuple[float, Json | None, Json | None]
"""When something came: the payload of an event, or an entry."""
WELL = [run for run in every_run() if run.final and isinstance(outcome(run), Reply) and turn(run)]


def written_at(entry: Json) -> float:
    """Return when an entry was written, in milliseconds."""
    return datetime.fromisoformat(entry["timestamp"]).timestamp() * 1000


def steps(run: Recorded) -> list[Told]:
    """Return the events and entries of a recorded run as they came."""
    live = [(float(payload["ts"]), payload, None) for payload in run.events if "ts" in payload]
    kept = [(written_at(entry), None, entry) for entry in turn(run)]
    return sorted([*live, *kept], key=lambda step: step[0])


def joined(run: Recorded) -> str:
    """Return what the model wrote in a run, without the blanks that gateways change."""
    return "".join("".join(written(run)).split())


@pytest.mark.parametrize("run", WELL, ids=lambda run: run.label)
def test_together(run: Recorded) -> None:
    """A recorded run and its transcript together tell its thoughts, text and tools once."""
    reader = Reader(protocol=run.protocol)
    for _, payload, entry in steps(run):
        if payload is not None:
            reader.hear(payload)
        elif entry is not None:
            reader.backfill.entry(entry)

    reader.end()

    check(reader, run)


@pytest.mark.parametrize("run", WELL, ids=lambda run: run.label)
def test_cut(run: Recorded) -> None:
    """Wherever a recorded run is cut, what was stored meanwhile and its later events tell the rest."""
    told = steps(run)
    for gone in range(0, len(told), max(1, len(told) // 12)):
        for away in (1, 5, len(told) // 3):
            check(cut(run.protocol, told, gone, min(len(told), gone + away)), run)


def cut(protocol: int, told: Sequence[Told], gone: int, back: int) -> Reader:
    """Let a reader hear a run but for a part of it, and read what was stored by the end of that part."""
    reader = Reader(protocol=protocol)
    for _, payload, _ in told[:gone]:
        if payload is not None:
            reader.hear(payload)
    reader.backfill.listen(live=False)
    for _, _, entry in told[:back]:
        if entry is not None:
            reader.backfill.entry(entry)
    reader.rejoin()
    for _, payload, entry in told[back:]:
        if payload is not None:
            reader.replay(payload)
        elif entry is not None:
            reader.backfill.entry(entry)
    reader.end()
    return reader


def check(reader: Reader, run: Recorded) -> None:
    """Check that a recorded run was told once, whatever of it came from where."""
    thoughts = [b["thinking"] for e in turn(run) for b in blocks(e) if b["type"] == "thinking"]
    calls = [b["id"] for e in turn(run) for b in blocks(e) if b["type"] == "toolCall"]
    assert "".join(reader.text.split()) == joined(run)
    assert sorted("".join(t.split()) for t in reader.thoughts) == sorted("".join(t.split()) for t in thoughts)
    assert sorted(reader.calls) == sorted(reader.results) == sorted(calls)


def blocks(entry: Json) -> list[Json]:
    """Return the blocks of what the model said."""
    message = entry["message"]
    return message["content"] if message["role"] == "assistant" else []
