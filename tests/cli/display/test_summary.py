"""The end of a generation in words."""

from propactor.cli.display.summary import method, summary
from propactor.cli.display.view import GenerationView

RESULT = {
    "name": "Lamp",
    "method": "ai",
    "parts": [{"type": "box"}, {"type": "cone"}, {"type": "box"}],
    "diagnostics": [{"code": "ODD", "message": "odd"}],
}


def ended(**known: object) -> dict[str, str]:
    """Sum up a view that took ten seconds."""
    view = GenerationView(asked_at=0.0, first_at=0.5, ended_at=10.0)
    for name, value in known.items():
        setattr(view, name, value)
    return dict(summary(view))


def test_result() -> None:
    """A result is summed up with its name, who made it, its parts, notes and times."""
    assert ended(result=RESULT) == {
        "Name": "Lamp",
        "Method": "ai: a model made this",
        "Parts": "3 (2 box, 1 cone)",
        "Note": "odd (ODD)",
        "Times": "first event after 0.50 s, 10.00 s in all",
    }


def test_no_parts() -> None:
    """A result without parts says so."""
    assert ended(result=RESULT | {"parts": []})["Parts"] == "none"


def test_fallback() -> None:
    """A template says that it is none of a model's work, and why it had to step in."""
    reason = {"code": "GATEWAY_UNAVAILABLE", "message": "nobody answers"}

    said = method({"method": "template", "fallbackReason": reason})

    assert said == "template: no model made this, because: nobody answers (GATEWAY_UNAVAILABLE)"


def test_error() -> None:
    """A failure says what went wrong, and whether trying again may help."""
    error = {"code": "UPSTREAM_ERROR", "message": "on fire", "recoverable": True}

    said = ended(error=error, first_at=None)

    assert said == {
        "Failed": "on fire (UPSTREAM_ERROR)",
        "Advice": "trying again may help",
        "Times": "10.00 s in all",
    }


def test_cancelled() -> None:
    """Who cancelled needs no advice, but hears whether the upstream has stopped."""
    error = {"code": "CANCELLED", "message": "cancelled", "recoverable": True}

    said = ended(error=error, done={"upstreamCancel": "unconfirmed"})

    assert "Advice" not in said
    assert "may still be running" in said["Stop"]
