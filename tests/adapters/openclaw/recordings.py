"""Recordings of real gateways: their frames, run by run, and the transcripts they wrote."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from propactor.adapters.openclaw.protocol.decoder import Decoder
from propactor.adapters.openclaw.protocol.outcome import Facts, read_outcome
from propactor.adapters.openclaw.protocol.stored import of_message
from propactor.core.errors import PropactorError
from propactor.core.events import Event, TextDelta
from propactor.core.upstream import Reply

FOLDER = Path(__file__).parents[2] / "fixtures" / "openclaw"
NAMES = sorted(path.name.removesuffix(".frames.jsonl") for path in FOLDER.glob("*.frames.jsonl"))

Json = dict[str, Any]


@dataclass
class Recorded:
    """One run as the connection that asked for it saw it."""

    recording: str
    protocol: int
    request: Json
    events: list[Json] = field(default_factory=list)
    responses: list[Json] = field(default_factory=list)
    stop_asked: bool = False

    @property
    def run_id(self) -> str:
        """Return the id we gave the run."""
        return str(self.request["params"]["idempotencyKey"])

    @property
    def label(self) -> str:
        """Name the run in a test report."""
        return f"{self.recording}-{self.request['id']}"

    @property
    def final(self) -> Json | None:
        """Return the second response, if the recording goes that far."""
        return self.responses[1] if len(self.responses) > 1 else None


@cache
def lines(name: str) -> Sequence[Json]:
    """Read a recording."""
    text = (FOLDER / f"{name}.frames.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


@cache
def runs(name: str) -> Sequence[Recorded]:
    """Find the runs that were asked for, in order."""
    found: list[Recorded] = []
    protocols: dict[str | None, int] = {}
    for line in lines(name):
        frame, place = line.get("frame") or {}, line.get("conn")
        payload = frame.get("payload") or {}
        if payload.get("type") == "hello-ok":
            protocols[place] = payload["protocol"]
        elif frame.get("method") in ("agent", "chat.send"):
            found.append(Recorded(name, protocols[place], {**frame, "conn": place}))
        else:
            _note(found, frame, place)
    return found


def _note(found: list[Recorded], frame: Json, place: str | None) -> None:
    for run in found:
        if run.request["conn"] != place:
            continue
        payload = frame.get("payload") or {}
        if frame.get("type") == "res" and frame["id"] == run.request["id"]:
            run.responses.append(frame)
        elif frame.get("event") == "agent" and payload.get("runId") == run.run_id:
            run.events.append(payload)
        run.stop_asked = run.stop_asked or frame.get("method") == "chat.abort"


@cache
def transcript(name: str, which: str = "") -> Sequence[Json]:
    """Read the messages of a session, as `chat.history` gives them on gateways of February."""
    return [entry["message"] for entry in entries(name, which)]


@cache
def entries(name: str, which: str = "") -> Sequence[Json]:
    """Read the messages of a session with all that its transcript says of them."""
    path = FOLDER / f"{name}.transcript{which}.jsonl"
    if not path.exists():
        return []
    found = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    return [entry for entry in found if entry.get("type") == "message"]


def turn(run: Recorded) -> Sequence[Json]:
    """Return the entries of a run: those between its prompt and the next."""
    prompt = run.request["params"]["message"]
    for which in ("", ".2"):
        found = entries(run.recording, which)
        starts = [i for i, entry in enumerate(found) if entry["message"]["role"] == "user"]
        for start, end in zip(starts, [*starts[1:], len(found)], strict=False):
            if prompt in words(found[start]["message"]):
                return found[start + 1 : end]
    return []


@cache
def every_run() -> Sequence[Recorded]:
    """Return all runs of all recordings that have events."""
    return [run for name in NAMES for run in runs(name) if run.events]


def history(run: Recorded) -> Sequence[Json]:
    """Return the messages of a run's session up to the end of the run: it is told by its own words."""
    prompt = run.request["params"]["message"]
    for which in ("", ".2"):
        messages = transcript(run.recording, which)
        starts = [i for i, m in enumerate(messages) if m["role"] == "user"]
        for start, end in zip(starts, [*starts[1:], len(messages)], strict=False):
            if prompt in words(messages[start]):
                return messages[:end]
    return []


def words(message: Mapping[str, Any]) -> str:
    """Return the text of a message."""
    content = message["content"]
    if isinstance(content, str):
        return content
    return "".join(block["text"] for block in content if block["type"] == "text")


def told(run: Recorded) -> list[str]:
    """Return what the assistant wrote in a run, message by message, as the transcript has it."""
    messages = history(run)
    start = max((i for i, m in enumerate(messages) if m["role"] == "user"), default=-1)
    texts = [words(m).strip() for m in messages[start + 1 :] if m["role"] == "assistant"]
    return [text for text in texts if text]


def replay(run: Recorded, *, debug: bool = False, strict: bool = False) -> tuple[Decoder, list[Event]]:
    """Run a recording through a decoder."""
    decoder = Decoder(debug=debug, strict=strict)
    events = [event for payload in run.events for event in decoder.decode(payload)]
    return decoder, [*events, *decoder.flush()]


def text(events: Sequence[Event]) -> str:
    """Join the pieces as a reader does."""
    said = ""
    for event in events:
        if isinstance(event, TextDelta):
            said = event.delta if event.replace else said + event.delta
    return said


def hello(name: str) -> Json:
    """Return the first hello of a recording."""
    payloads = ((line.get("frame") or {}).get("payload") or {} for line in lines(name))
    return next(payload for payload in payloads if payload.get("type") == "hello-ok")


def outcome(run: Recorded, *, with_history: bool = True) -> Reply | PropactorError:
    """Return how a run ended."""
    decoder, _ = replay(run)
    assert run.final is not None
    kept = [of_message(message) for message in history(run)]
    facts = Facts(
        protocol=run.protocol,
        stop_asked=run.stop_asked,
        cancelled=decoder.cancelled,
        said=decoder.said,
        final_text=decoder.final_text,
        turn=kept if with_history and run.protocol == 3 else None,
    )
    try:
        return read_outcome(run.final, facts)
    except PropactorError as exc:
        return exc
