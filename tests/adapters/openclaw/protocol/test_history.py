"""The session's history as a witness."""

from typing import Any

from propactor.adapters.openclaw.protocol.history import Turn, last_turn


def message(role: str, *texts: str, **more: Any) -> dict[str, Any]:
    """Make a message of a history."""
    return {"role": role, "content": [{"type": "text", "text": text} for text in texts], **more}


def test_last_turn() -> None:
    """Only what follows the last user message counts, tools left out."""
    messages = [
        message("user", "one"),
        message("assistant", "old"),
        message("user", "two"),
        message("assistant", "I look.\n"),
        message("toolResult", "file"),
        {"role": "assistant", "content": "Here."},
    ]

    assert last_turn(messages) == Turn("I look.\n\nHere.", None)


def test_error() -> None:
    """A last message that failed is the error; attempts that failed earlier leave no text."""
    broken = message("assistant", "Half", stopReason="error", errorMessage="500 oh no")

    assert last_turn([message("user", "a"), broken, message("assistant", "Whole")]) == Turn("Whole", None)
    assert last_turn([message("user", "a"), broken]) == Turn("", "500 oh no")
    assert last_turn([message("user", "a"), message("assistant", stopReason="error")]) == Turn(
        "", "the model failed without a word"
    )


def test_no_answer() -> None:
    """A turn without the assistant is none."""
    assert last_turn([]) is None
    assert last_turn([message("assistant", "old"), message("user", "new")]) is None


def test_shortened() -> None:
    """Text that the gateway has cut is not taken for the answer."""
    turn = last_turn([message("user", "a"), message("assistant", "Long\n...(truncated)...")])

    assert turn == Turn(None, None)
