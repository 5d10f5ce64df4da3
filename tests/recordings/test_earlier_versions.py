"""Recordings made by earlier versions, and those that ship: they play the events that they always played.

``tests/fixtures/recordings`` has recordings that the version before 2026-11-24 made of the fakes, and beside
each what that version played of it at its own speed: a line an event, with its time in seconds. Of the runs
of real gateways (``gateways.json``) it has the number of the events and a digest of them.
"""

import asyncio
import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from propactor.core.errors import PropactorError
from propactor.core.events import Event, TextDelta
from propactor.core.recording import Frame, Header, Recording
from propactor.core.upstream import GenerationRequest
from propactor.recordings import library
from propactor.recordings.playback_clock import PlaybackClock, Speed
from propactor.registry import ROWS
from tests.adapters.openclaw.recordings import Recorded, every_run, lines
from tests.support.emitted import Emitted
from tests.support.virtual import virtual

FOLDER = Path(__file__).parents[1] / "fixtures" / "recordings"
DEMOS = Path(library.__file__).parent / "demos"
MADE = sorted(path for path in FOLDER.glob("*.jsonl") if not path.name.endswith(".events.jsonl"))
RUNS: dict[str, list[Any]] = json.loads((FOLDER / "gateways.json").read_text())
REQUEST = GenerationRequest("req_1", "GEN_1", "A lamp", "Lamp")
RECONNECTING = 0.1
"""Seconds that a lost connection may delay what follows: the link dials again, which isn't instant."""

Played = list[tuple[float, list[Any]]]


def plain(event: Event) -> list[Any]:
    """Return an event as JSON, without the moment that it was written at."""
    fields = event._asdict() if isinstance(event, TextDelta) else dataclasses.asdict(event)
    return [type(event).__name__, {k: v for k, v in fields.items() if v is not None and k != "at"}]


def play(recording: Recording, speed: Speed) -> Played:
    """Play a recording in virtual time; return its events and its end, with their times."""
    played: Played = []

    @virtual
    async def check() -> None:
        clock = asyncio.get_running_loop().time
        began = clock()

        def note(what: list[Any]) -> None:
            played.append((clock() - began, what))

        row = ROWS[recording.header.upstream]
        assert row.recorded is not None
        opened, play = row.recorded.open(recording), row.recorded.play
        events = Emitted(row.kind, lambda e: note(plain(e)))
        try:
            reply = await play(opened, REQUEST, events, PlaybackClock(speed)).finish()
            note(["end", ["Reply", reply.text]])
        except PropactorError as exc:
            note(["end", [type(exc).__name__, exc.message]])

    check()
    return played


def golden(name: str) -> Played:
    """Return what the earlier version played."""
    entries = [json.loads(line) for line in (FOLDER / f"{name}.events.jsonl").read_text().split("\n") if line]
    return [(at, what) for at, *what in entries]


def same(played: Played, expected: Played) -> None:
    """Compare events, then times."""
    assert [what for _, what in played] == [what for _, what in expected]
    assert [at for at, _ in played] == pytest.approx([at for at, _ in expected], abs=RECONNECTING)


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.stem)
def test_made(path: Path) -> None:
    """What an earlier version recorded plays the same events at the same times."""
    same(play(library.read(path), 1.0), golden(path.stem))


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.stem)
def test_made_at_full_speed(path: Path) -> None:
    """At full speed the events are the same, too."""
    expected = [what for _, what in golden(path.stem)]

    assert [what for _, what in play(library.read(path), None)] == expected


@pytest.mark.parametrize("path", sorted(DEMOS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_demos(path: Path) -> None:
    """The recordings that ship play the same events at the same times."""
    same(play(library.read(path), 1.0), golden(f"demo-{path.stem}"))


def as_recording(run: Recorded) -> Recording:
    """Return a run of a real gateway as a recording: the welcome of its connection, and what is its own."""
    there = [line for line in lines(run.recording) if line.get("conn") == run.request["conn"]]
    ours = [line for line in there if _belongs(line.get("frame") or {}, run)]
    frames = [Frame(line["t"] - ours[0]["t"], line["dir"], "gateway", line["frame"]) for line in ours]
    return Recording(Header("openclaw", "A lamp", "Lamp", "2026-11-24"), frames)


def _belongs(frame: dict[str, Any], run: Recorded) -> bool:
    payload = frame.get("payload") or {}
    if payload.get("type") == "hello-ok" or frame.get("id") == run.request["id"]:
        return True
    return frame.get("event") == "agent" and payload.get("runId") == run.run_id


ASKED = [run for run in every_run() if run.request["method"] == "agent"]


@pytest.mark.parametrize("run", ASKED, ids=lambda run: run.label)
def test_gateways(run: Recorded) -> None:
    """Runs of real gateways, played as recordings, tell what they always told."""
    played = [json.dumps(what, ensure_ascii=False) + "\n" for _, what in play(as_recording(run), None)]

    digest = hashlib.sha256("".join(played).encode("utf-8", "surrogatepass")).hexdigest()
    assert [len(played), digest[:16]] == RUNS[run.label]
