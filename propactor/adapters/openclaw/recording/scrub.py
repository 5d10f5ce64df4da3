"""From what was taken down at the wire to a recording of one generation, without what is private."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from propactor.adapters.openclaw.recording.text_compaction import growing, shrink
from propactor.core.recording import Frame
from propactor.redaction import Cleaner
from propactor.redaction.records import Scrub, replaced

_ENVELOPE = ("runId", "sessionKey", "stream", "seq", "ts", "data", "message", "messageId", "messageSeq")
"""What is read of an event: some gateways add kilobytes about the session to each."""
_LEFT_OUT = frozenset({"systemPromptReport", "finalPromptText", "extraSystemPrompt", "presence", "usage"})
_GROWTH = ("text", "delta")
"""What was cleaned as part of its message already."""
_METHODS = ("agent", "chat.", "sessions.")
_HELLO = ("type", "protocol")


def cleaned(frames: Iterable[Frame], scrub: Scrub) -> tuple[dict[str, Any], list[Frame]]:
    """Return what the gateway says of itself, and the frames of the one generation there was, if any.

    Args:
        frames: Everything that was taken down.
        scrub: Takes out of a text what only this machine knows to be private.
    """
    ours = list(_ours(list(frames)))
    start = next((frame.t for frame in ours if frame.direction == "out"), 0.0)
    timed = [replace(frame, t=max(0.0, frame.t - start)) for frame in ours]
    places = dict(
        place for frame in timed if is_hello(frame.data) for place in _places(frame.data["payload"])
    )
    cleaner = Cleaner(lambda text: scrub(replaced(text, places)), _LEFT_OUT)
    return _about(timed), list(
        shrink([_cleaned(frame, cleaner) for frame in _messages_cleaned(timed, cleaner)])
    )


def _about(frames: Iterable[Frame]) -> dict[str, Any]:
    """Say which gateway it is."""
    hellos = (frame.data["payload"] for frame in frames if is_hello(frame.data))
    hello: Mapping[str, Any] = next(hellos, {})
    return {"protocol": hello.get("protocol"), "version": (hello.get("server") or {}).get("version")}


def _places(payload: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what a gateway says of the machine it runs on, and what to say instead."""
    snapshot = payload.get("snapshot") or {}
    folder = str(snapshot.get("stateDir") or "")
    home = folder.rpartition("/")[0]
    if home:
        yield folder, "~/.openclaw"
        yield home, "~"
    host = (payload.get("server") or {}).get("host")
    if host:
        yield str(host), "gateway-host"


def is_hello(data: Mapping[str, Any]) -> bool:
    """Tell whether a frame is a gateway's welcome."""
    return (data.get("payload") or {}).get("type") == "hello-ok"


def _ours(frames: Sequence[Frame]) -> Iterator[Frame]:
    """Yield the frames of our generation, up to its end: others may share the gateway, but not the link."""
    asked = [frame.data["params"] for frame in frames if frame.data.get("method") == "agent"]
    if not asked:
        return iter(())
    names = {str(params.get(name)).lower() for params in asked for name in ("idempotencyKey", "sessionKey")}
    requests: set[object] = set()
    kept = [frame for frame in frames if _concerns(frame, names, requests)]
    while kept and kept[-1].data.get("type") == "closed":
        kept.pop()
    return iter(kept)


def _concerns(frame: Frame, names: set[str], requests: set[object]) -> bool:
    """Tell whether a frame is about our generation; ``requests`` are those that may be answered yet."""
    data, kind = frame.data, frame.data.get("type")
    if kind == "event":
        payload = data.get("payload") or {}
        return any(str(payload.get(name)).lower() in names for name in ("runId", "sessionKey"))
    if kind == "closed" or is_hello(data):
        requests.clear()  # each connection counts its requests from 1
    elif kind == "req":
        requests.add(data.get("id"))
    return kind != "res" or is_hello(data) or data.get("id") in requests


def _cleaned(frame: Frame, cleaner: Cleaner) -> Frame:
    """Return a frame that may be shown; a piece of text was cleaned with its message."""
    data = dict(frame.data)
    if is_hello(data):
        data["payload"] = _hello(data["payload"])
    elif data.get("type") == "event":
        data["payload"] = {key: value for key, value in data["payload"].items() if key in _ENVELOPE}
    copy = replace(frame, data=cleaner.copy(data))
    growth = growing(frame)[0]
    return _rewritten(copy, {key: growth[key] for key in _GROWTH if key in growth}) if growth else copy


def _messages_cleaned(frames: Sequence[Frame], cleaner: Cleaner) -> list[Frame]:
    """Return the frames with each message that grew piece by piece cleaned as a whole."""
    cleaned = list(frames)
    for places, texts in _messages(frames):
        pieces = [text[len(before) :] for before, text in pairwise(["", *texts])]
        recut = cleaner.recut(pieces)
        if recut is pieces:
            continue
        for number, place in enumerate(places):
            text = "".join(recut[: number + 1])
            cleaned[place] = _rewritten(frames[place], {"text": text, "delta": recut[number]})
    return cleaned


def _hello(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is read of a welcome; of paths only how they end, which is what tells the kind of store."""
    features, snapshot = payload.get("features") or {}, payload.get("snapshot") or {}
    methods = [name for name in features.get("methods") or () if str(name).startswith(_METHODS)]
    agents = [
        {"agentId": agent.get("agentId"), "sessions": {"path": _ending(agent)}}
        for agent in (snapshot.get("health") or {}).get("agents") or ()
    ]
    return {
        **{name: payload.get(name) for name in _HELLO},
        "server": {name: (payload.get("server") or {}).get(name) for name in ("version", "bootId")},
        "features": {"methods": methods, "capabilities": features.get("capabilities") or []},
        "snapshot": {
            "stateDir": "~/.openclaw",
            "uptimeMs": snapshot.get("uptimeMs"),
            "health": {"agents": agents},
        },
        "auth": {"scopes": (payload.get("auth") or {}).get("scopes")},
        "policy": payload.get("policy") or {},
    }


def _ending(agent: Mapping[str, Any]) -> str:
    path = str((agent.get("sessions") or {}).get("path") or "")
    return path.replace("\\", "/").rpartition("/")[2]


def _messages(frames: Sequence[Frame]) -> Iterator[tuple[list[int], list[str]]]:
    """Yield where the pieces of each message are, and the text up to each."""
    growths: dict[tuple[str, str], tuple[list[int], list[str]]] = {}
    for place, frame in enumerate(frames):
        data, stream = growing(frame)
        if not data:
            continue
        places, texts = growths.setdefault(stream, ([], []))
        before = texts[-1] if texts else ""
        text = str(data.get("text", before + str(data.get("delta"))))
        if not text.startswith(before):
            yield places, texts
            places, texts = growths[stream] = [], []
        places.append(place)
        texts.append(text)
    yield from growths.values()


def _rewritten(frame: Frame, texts: Mapping[str, str]) -> Frame:
    payload = frame.data["payload"]
    data = {**payload["data"], **texts}
    return replace(frame, data={**frame.data, "payload": {**payload, "data": data}})
