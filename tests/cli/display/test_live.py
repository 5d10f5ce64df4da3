"""The live display, drawn on screens of many sizes."""

import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from propactor.cli.display.live import LiveDisplay
from propactor.cli.display.view import GenerationView

PART = {"type": "box", "color": "#ff0000", "position": [0, -1.5, 2], "emissive": True}


def view() -> GenerationView:
    """Return a view with something of everything."""
    told = GenerationView(asked_at=time.monotonic())
    told.take("started", {"requestId": "r"}, 0.0)
    told.take("thinking", {"message": "A cap, a stem. " * 60}, 0.0)
    for number in range(9):
        call = {"toolCallId": str(number), "toolName": "read", "inputPreview": "notes.txt " * 30}
        told.take("tool_call", call, 0.0)
        told.take("part", {"index": number, "part": PART}, 0.0)
    told.take("tool_result", {"toolCallId": "0", "status": "ok", "outputPreview": "Keep it small."}, 0.0)
    told.take(
        "text_delta", {"delta": "export function Lamp() { return <group position={[0, 0, 0]} /> }\n" * 50}, 0
    )
    return told


def drawn(told: GenerationView, width: int, height: int) -> list[str]:
    """Draw one frame."""
    console = Console(file=io.StringIO(), width=width, height=height, color_system=None)
    display = LiveDisplay("A lamp", told, console)
    with console.capture() as capture:
        console.print(display._draw())
    return capture.get().splitlines()


@given(st.integers(40, 200), st.integers(24, 80))
def test_fits(width: int, height: int) -> None:
    """A frame is never larger than the screen."""
    lines = drawn(view(), width, height)

    assert len(lines) <= height
    assert max(map(len, lines)) <= width


@pytest.mark.parametrize("width", [80, 140])
def test_content(width: int) -> None:
    """A frame shows what the model does, thinks, uses, writes and has built."""
    text = "\n".join(drawn(view(), width, 40))

    assert all(words in text for words in ("A lamp", "writing", "thoughts", "read", "code · 3,250", "9"))
    assert ("parts · 9" in text) == (width == 140)
    assert ("9 parts: 9 box" in text) == (width == 80)


def test_empty() -> None:
    """Before anything was said, there is the status alone."""
    assert len(drawn(GenerationView(asked_at=time.monotonic()), 80, 24)) == 1


def test_strange_color() -> None:
    """A colour that the terminal doesn't know is no reason to fail."""
    told = view()
    told.take("part", {"index": 0, "part": PART | {"color": "[/]"}}, 0.0)

    assert "box" in "\n".join(drawn(told, 140, 40))


def test_ending() -> None:
    """What stays on the screen is the summary, and what was said in between."""
    console = Console(file=io.StringIO(), width=80, force_terminal=True, color_system=None)
    told = view()
    display = LiveDisplay("A lamp", told, console)

    with display:
        display.show("thinking", {}, told)
        display.say("the stream broke off; coming back for the rest")
    told.take("result", {"name": "Lamp", "method": "ai", "parts": []}, 0.0)
    display.close(told)

    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "coming back" in shown
    assert "ai: a model made this" in shown.rpartition("coming back")[2]
