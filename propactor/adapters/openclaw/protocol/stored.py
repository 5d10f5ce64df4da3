"""Reads stored messages: entries of a transcript, rows of a history, messages that are pushed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from propactor.adapters.openclaw.protocol.text import BREAK

SHORTENED = "...(truncated)..."
"""What some gateways put where they cut a long message."""
_OURS = ":user"
_FAILED = ("error", "aborted")

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Thought:
    """What the model thought."""

    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """What the model wrote in one message; not ``whole`` where the gateway cut it."""

    text: str
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    """A tool that the model used. Its id tells it from all others."""

    call_id: str
    name: str
    arguments: object = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a tool answered."""

    call_id: str
    name: str
    content: object = None
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt that failed: what it had said is void."""

    message: str


Item = Thought | Said | Call | Outcome | Failure


@dataclass(frozen=True, slots=True)
class Stored:
    """One message. ``names`` identify it: different sources know it by different ones, so any will do.

    ``run_id`` is the run it belongs to, where the gateway says so (2026.9). ``internal`` is a prompt that
    the gateway gave itself. A message of the model is dated by when it began, in milliseconds;
    the last one ``finishes``. ``error`` is what it says went wrong.
    """

    role: str
    names: tuple[str, ...]
    items: tuple[Item, ...] = ()
    run_id: str | None = None
    internal: bool = False
    begun_at: int = 0
    finishes: bool = False
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What the model did since the last prompt; ``text`` is None where the gateway cut it."""

    text: str | None
    error: str | None


def last_turn(messages: Sequence[Stored]) -> Turn | None:
    """Read what the model said after the last prompt; None if it said nothing.

    On gateways of February this is the only honest witness of how a run ended.
    """
    start = max((i for i, message in enumerate(messages) if message.role == "user"), default=-1)
    said = [message for message in messages[start + 1 :] if message.role == "assistant"]
    if not said:
        return None
    texts = [item for message in said for item in message.items if isinstance(item, Said)]
    whole = all(text.whole for text in texts)
    return Turn(BREAK.join(text.text for text in texts) if whole else None, said[-1].error)


def of_entry(entry: Json) -> Stored | None:
    """Read an entry of a transcript file; None for what is no message."""
    message = entry.get("message")
    if entry.get("type") != "message" or not isinstance(message, Mapping):
        return None
    return of_message(message, entry.get("id"))


def of_push(payload: Json) -> Stored | None:
    """Read the payload of a ``session.message`` event; None if there is no message in it."""
    message = payload.get("message")
    return of_message(message, payload.get("messageId")) if isinstance(message, Mapping) else None


def of_message(message: Json, entry_id: object = None) -> Stored:
    """Read a message, such as a row of ``chat.history``."""
    role, marks = str(message.get("role") or ""), message.get("__openclaw")
    marks = marks if isinstance(marks, Mapping) else {}
    known_as = (entry_id or marks.get("id"), message.get("timestamp"))
    names = tuple(f"{role}:{name}" for name in known_as if name is not None)
    return Stored(
        role=role,
        names=names or (role,),
        items=tuple(_READERS[role](message)) if role in _READERS else (),
        run_id=_run_id(message, marks),
        internal=(message.get("provenance") or {}).get("kind") == "internal_system",
        begun_at=at if isinstance(at := message.get("timestamp"), int) else 0,
        finishes=role == "assistant" and message.get("stopReason") == "stop",
        error=_error(message) if role == "assistant" else None,
    )


def _error(message: Json) -> str | None:
    """Return what went wrong, if anything did: some messages say so though they haven't failed."""
    words, failed = message.get("errorMessage"), message.get("stopReason") in _FAILED
    return str(words or "the model failed without a word") if words or failed else None


def _run_id(message: Json, marks: Json) -> str | None:
    """Return the run of a message; a prompt names it in its idempotency key."""
    key = message.get("idempotencyKey")
    if isinstance(key, str) and key.endswith(_OURS):
        return key.removesuffix(_OURS)
    return str(marks["runId"]) if marks.get("runId") else None


def _assistant(message: Json) -> Iterator[Item]:
    """Read what the model did, block by block; the text once, where its first block stands."""
    failed = message.get("stopReason") in _FAILED
    text = "" if failed else text_of(message)
    for block in _blocks(message):
        kind = block.get("type")
        if kind == "thinking" and block.get("thinking"):
            yield Thought(str(block["thinking"]))
        elif kind == "text" and text:
            yield _said(text)
            text = ""
        elif kind == "toolCall":
            yield Call(str(block.get("id") or ""), str(block.get("name") or "tool"), block.get("arguments"))
    if failed:
        yield Failure(_error(message) or "")


def _said(text: str) -> Said:
    head, cut, _ = text.partition(SHORTENED)
    return Said(head.rstrip() if cut else text, not cut)


def _result(message: Json) -> Iterator[Item]:
    call_id, name = str(message.get("toolCallId") or ""), str(message.get("toolName") or "tool")
    yield Outcome(call_id, name, message.get("content"), bool(message.get("isError")))


_READERS = {"assistant": _assistant, "toolResult": _result}


def text_of(message: Json) -> str:
    """Return the text of a message, trimmed as the gateway's events are."""
    return "".join(str(b.get("text") or "") for b in _blocks(message) if b.get("type") == "text").strip()


def _blocks(message: Json) -> list[Json]:
    """Return the content as blocks; some messages have a plain string."""
    content = message.get("content")
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [block for block in content or () if isinstance(block, Mapping)]
