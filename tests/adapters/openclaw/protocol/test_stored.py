"""What stored messages tell, in each of the shapes in which gateways hand them over."""

from typing import Any

import pytest

from propactor.adapters.openclaw.protocol.stored import (
    Call,
    Failure,
    Outcome,
    Said,
    Stored,
    Thought,
    Turn,
    last_turn,
    of_entry,
    of_message,
    of_push,
)
from tests.adapters.openclaw.recordings import NAMES, entries, lines

Json = dict[str, Any]


def message(*content: Json, **more: Any) -> Json:
    """Make a message of the model."""
    return {"role": "assistant", "content": list(content), "timestamp": 5, **more}


def test_assistant() -> None:
    """A message tells the thought, the text, once, and the tools, in the order of its blocks."""
    read = of_message(
        message(
            {"type": "thinking", "thinking": "Hm."},
            {"type": "text", "text": " Let me "},
            {"type": "text", "text": "see.\n"},
            {"type": "toolCall", "id": "c1", "name": "read", "arguments": {"path": "a"}},
            {"type": "image"},
        )
    )

    assert read.items == (Thought("Hm."), Said("Let me see."), Call("c1", "read", {"path": "a"}))
    assert (read.begun_at, read.finishes) == (5, False)


def test_tool_result() -> None:
    """What a tool answered is known by the id of its call."""
    content = [{"type": "text", "text": "ok"}]
    kept = {"role": "toolResult", "toolCallId": "c1", "toolName": "read", "content": content, "isError": True}

    assert of_message(kept).items == (Outcome("c1", "read", content, failed=True),)


def test_failed() -> None:
    """Of an attempt that failed the thoughts stay, and its text is void."""
    read = of_message(
        message(
            {"type": "thinking", "thinking": "Hm."},
            {"type": "text", "text": "Half"},
            stopReason="error",
            errorMessage="500",
        )
    )

    assert read.items == (Thought("Hm."), Failure("500"))


def test_shortened() -> None:
    """Text that a gateway has cut is told up to the cut, as not being whole."""
    text = {"type": "text", "text": "Long\n...(truncated)..."}

    assert of_message(message(text)).items == (Said("Long", whole=False),)


def test_plain_string() -> None:
    """Some messages are just a string."""
    assert of_message({"role": "assistant", "content": "Hi", "stopReason": "stop"}).items == (Said("Hi"),)
    assert of_message({"role": "assistant", "content": "Hi", "stopReason": "stop"}).finishes


def test_names() -> None:
    """A message is known by its id and by when it began, whoever hands it over."""
    marks = {"id": "m1", "runId": "r1"}
    row, entry = message(__openclaw=marks), {"type": "message", "id": "m1", "message": message()}
    pushed = {"sessionKey": "k", "messageId": "m1", "message": message(__openclaw=marks)}

    read = [of_message(row), of_entry(entry), of_push(pushed)]

    assert {one.names for one in read if one} == {("assistant:m1", "assistant:5")}
    assert (read[0].run_id if read[0] else None) == "r1"
    assert of_message({"role": "assistant", "content": []}).names == ("assistant",)


def test_prompts() -> None:
    """A prompt names its run; one that the gateway gave itself is told from ours."""
    ours = {"role": "user", "content": "Write.", "idempotencyKey": "r1:user"}
    its = {**ours, "idempotencyKey": "r2:user", "provenance": {"kind": "internal_system"}}

    assert [(of_message(p).run_id, of_message(p).internal) for p in (ours, its)] == [
        ("r1", False),
        ("r2", True),
    ]
    assert of_message(ours).items == ()


def test_no_message() -> None:
    """Entries and events without a message tell nothing."""
    assert of_entry({"type": "session", "version": 3}) is None
    assert of_entry({"type": "message"}) is None
    assert of_push({"sessionKey": "k"}) is None


@pytest.mark.parametrize("name", NAMES)
def test_recorded(name: str) -> None:
    """Every message of every recorded transcript can be read, and no two have all names in common."""
    read = [of_entry(entry) for entry in entries(name)]

    assert all(read)
    assert len({one.names for one in read if one}) == len(read)


def test_pushed() -> None:
    """The recorded news of stored messages tell what the transcript has, but for the text before a tool."""
    frames = [line["frame"] for line in lines("2026.9.6-visibility") if "frame" in line]
    pushed = [of_push(f["payload"]) for f in frames if f.get("event") == "session.message"]

    told = {item for one in pushed if one for item in one.items if isinstance(item, Thought)}
    assert {thought.text[:10] for thought in told} == {"First I lo", "The file i"}


def row(role: str, *texts: str, **more: Any) -> Stored:
    """Read a message of a history."""
    content = [{"type": "text", "text": text} for text in texts]
    return of_message({"role": role, "content": content, **more})


def test_last_turn() -> None:
    """Only what follows the last user message counts, tools left out."""
    messages = [
        row("user", "one"),
        row("assistant", "old"),
        row("user", "two"),
        row("assistant", "I look.\n"),
        row("toolResult", "file"),
        of_message({"role": "assistant", "content": "Here."}),
    ]

    assert last_turn(messages) == Turn("I look.\n\nHere.", None)


def test_error_of_a_turn() -> None:
    """A last message that failed is the error; attempts that failed earlier leave no text."""
    broken = row("assistant", "Half", stopReason="error", errorMessage="500 oh no")

    assert last_turn([row("user", "a"), broken, row("assistant", "Whole")]) == Turn("Whole", None)
    assert last_turn([row("user", "a"), broken]) == Turn("", "500 oh no")
    assert last_turn([row("user", "a"), row("assistant", stopReason="error")]) == Turn(
        "", "the model failed without a word"
    )


def test_no_answer() -> None:
    """A turn without the assistant is none."""
    assert last_turn([]) is None
    assert last_turn([row("assistant", "old"), row("user", "new")]) is None


def test_shortened_turn() -> None:
    """Text that the gateway has cut is not taken for the answer."""
    turn = last_turn([row("user", "a"), row("assistant", "Long\n...(truncated)...")])

    assert turn == Turn(None, None)
