"""The fake gateway sends what real gateways sent when they were recorded: the same kinds, fields, order."""

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from propactor.testing.gateway import FakeGateway
from propactor.testing.steps import Fail, Hang, Retry, Say, Step, Think, UseTool
from tests.support.gateway_client import Client, Frame, client

RECORDINGS = Path(__file__).parents[2] / "fixtures" / "openclaw"
SUCCESS: list[Step] = [
    Think("First I look.", 400),
    Say("Let me read the file first.", 100),
    UseTool("read", {"path": "notes.txt"}, "Parts list\n"),
    Think("Now the answer.", 400),
    Say("Here is the component, and it is a long one.", 60),
]
OPTIONAL = {"health", "presence", "task", "tick"}
"""Events that real gateways send when they like."""
ESSENTIAL = {
    "agent": {"runId", "stream", "data", "seq", "ts"},
    "chat": {"runId", "seq", "state"},
    "res": {"id", "ok"},
}

Kind = tuple[str, ...]


def recorded(name: str) -> list[Frame]:
    """Return the frames that a gateway sent."""
    lines = (
        json.loads(line) for line in (RECORDINGS / f"{name}.frames.jsonl").read_text().split("\n") if line
    )
    return [line["frame"] for line in lines if line["dir"] == "in"]


def kind(frame: Frame) -> Kind:
    """Return what sort of frame this is."""
    payload = frame.get("payload") or {}
    if frame["type"] == "res":
        return ("res", str(payload.get("status") or payload.get("type") or sorted(payload)))
    data = payload.get("data") or {}
    detail = data.get("phase") or payload.get("state") or ""
    model = "none" if data.get("phase") == "model" and data.get("model") is None else ""
    return (frame["event"], payload.get("stream", ""), str(detail) + model, data.get("kind", ""))


def shapes(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Return the fields of a frame with their types; fields of lists count together."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from shapes(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from shapes(inner, f"{path}[]")
    else:
        yield (
            path,
            "number"
            if isinstance(value, int | float) and not isinstance(value, bool)
            else type(value).__name__,
        )


def fields(frames: Iterable[Frame]) -> dict[Kind, set[tuple[str, str]]]:
    """Return, for each kind of frame, the fields that were seen."""
    found: dict[Kind, set[tuple[str, str]]] = {}
    for frame in frames:
        found.setdefault(kind(frame), set()).update(shapes(frame))
    return found


def order(frames: Iterable[Frame]) -> list[Kind]:
    """Return the kinds in their order, each once in a row; deltas of chat come when they like."""
    kinds = (kind(frame) for frame in frames if frame.get("event") not in OPTIONAL)
    steady = (entry for entry in kinds if entry[0] != "chat" or entry[2] != "delta")
    return [entry for entry, _ in groupby(steady)]


def without_free_fields(found: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Leave out what differs from tool to tool."""
    return {(path, type_) for path, type_ in found if ".args." not in path and ".arguments." not in path}


async def play(protocol: int, script: list[Step], *, stop: bool = False, **more: Any) -> list[Frame]:
    """Let the fake play a script to its end, and return what it sent."""
    async with FakeGateway(protocol=protocol, script=script) as gateway, client(gateway) as visitor:
        if protocol == 3:
            await gateway_patch(visitor)
        start = len(visitor.frames)
        request_id = await visitor.send("agent", {**ORDER, **more})
        if stop:
            await stop_run(visitor, protocol)
        last = await visitor.ending(request_id)
        return [*visitor.frames[:2], *visitor.frames[start:]] if last else []


ORDER = {"message": "hi", "agentId": "dev", "sessionKey": "agent:dev:one", "idempotencyKey": "run-1"}


async def gateway_patch(visitor: Client) -> None:
    """Ask for all that tools say."""
    await visitor.call("sessions.patch", key="agent:dev:one", verboseLevel="full")


async def stop_run(visitor: Client, protocol: int) -> None:
    """Stop the run after its first words, the way the protocol has it."""
    await visitor.until(lambda frame: (frame.get("payload") or {}).get("stream") == "assistant")
    if protocol == 3:
        await visitor.send("chat.abort", {"sessionKey": "agent:dev:one", "runId": "run-1"})
        await visitor.send("sessions.delete", {"key": "agent:dev:one", "deleteTranscript": False})
    else:
        await visitor.send("chat.abort", {"sessionKey": "agent:dev:one", "runId": "run-1"})


CASES = [
    ("2026.2.9-success", 3, SUCCESS, {}),
    ("2026.9.6-success-anthropic", 4, SUCCESS, {}),
    ("2026.2.9-abort", 3, [Say("words " * 50, 100)], {"stop": True}),
    ("2026.9.6-abort", 4, [Say("words " * 50, 100)], {"stop": True}),
    ("2026.2.9-timeout", 3, [Say("words and words", 50), Hang()], {"timeout": 1}),
    ("2026.9.6-timeout", 4, [Say("words and words", 50), Hang()], {"timeout": 1}),
    ("2026.2.9-model-error-500", 3, [Fail("HTTP 500: no", attempts=4)], {}),
    ("2026.9.6-model-error-500", 4, [Fail("HTTP 500: no", attempts=9)], {}),
    ("2026.9.6-model-error-400", 4, [Fail("rejected")], {}),
]
IDS = [case[0] for case in CASES]


@pytest.mark.parametrize(("name", "protocol", "script", "more"), CASES, ids=IDS)
async def test_fields_are_those_of_recordings(
    name: str, protocol: int, script: list[Step], more: dict[str, Any]
) -> None:
    """Every field of every frame was recorded with the same type; the essential ones are there."""
    real = fields(recorded(name)) | {
        sort: found
        for sort, found in fields(recorded(f"{name.partition('-')[0]}-abort")).items()
        if sort[0] in OPTIONAL
    }

    sent = [frame for frame in await play(protocol, script, **more) if not is_patch(frame)]

    for sort, found in fields(sent).items():
        assert sort in real
        assert without_free_fields(found) <= real[sort], sort
        top = {path.split(".")[2] for path, _ in found if path.startswith(".payload.")}
        assert ESSENTIAL.get(sort[0], set()) - {"id", "ok"} <= top


@pytest.mark.parametrize(("name", "protocol", "script", "more"), CASES, ids=IDS)
async def test_order_is_that_of_recordings(
    name: str, protocol: int, script: list[Step], more: dict[str, Any]
) -> None:
    """The kinds of frames follow one another as they did."""
    sent = [frame for frame in await play(protocol, script, **more) if not is_patch(frame)]

    assert settled(order(sent), name) == settled(order(recorded(name)), name)


def is_patch(frame: Frame) -> bool:
    """Tell whether a frame answers the request that no recording has."""
    return frame["type"] == "res" and "entry" in (frame.get("payload") or {})


def settled(kinds: list[Kind], name: str) -> list[Kind]:
    """Leave out what raced in the recording: how often an attempt was made, and answers to other requests."""
    if "error-500" not in name:
        return kinds
    return list(dict.fromkeys(kinds))


async def test_a_retry_voids_what_was_said() -> None:
    """As in a recording of today: an empty text that replaces, a new attempt, a new item."""
    sent = await play(4, [Say("Hello there", 100), Retry(), Say("Hello again", 100)])

    seen = order(sent)
    assert set(seen) <= set(order(recorded("2026.9.6-model-sse-error-midstream"))) | set(
        order(recorded("2026.9.6-abort"))
    ) | set(order(recorded("2026.9.6-success-anthropic")))
    texts = [frame["payload"]["data"] for frame in sent if kind(frame)[:2] == ("agent", "assistant")]
    void = next(index for index, data in enumerate(texts) if data.get("replace"))
    assert texts[void] == {"text": "", "delta": "", "replace": True, "itemId": texts[0]["itemId"]}
    assert texts[void + 1]["itemId"] != texts[0]["itemId"]
    assert texts[void + 1]["text"] == texts[void + 1]["delta"]
