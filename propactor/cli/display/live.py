"""The live display: a generation on a screen that is redrawn while it runs."""

import time
from contextlib import ExitStack
from typing import Any, Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.panel import Panel
from rich.spinner import Spinner
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from propactor.cli.display.summary import summary
from propactor.cli.display.terminal import one_line, without_caret
from propactor.cli.display.view import Data, GenerationView, Tool

FRAMES_PER_SECOND = 12
THOUGHT_LINES, TOOL_LINES = 5, 5
OTHER_LINES = 4
"""Lines that borders and the status take."""
SIDE_BY_SIDE = 100
"""Columns from which on code and parts stand beside each other."""
_MARKS = {"running": ("…", "yellow"), "ok": ("✔", "green"), "error": ("✘", "red")}
_LABELS = {"Failed": "bold red", "Stop": "yellow", "Note": "yellow"}


class LiveDisplay:
    """Redraws the view ``FRAMES_PER_SECOND`` times a second; at the end it leaves the summary alone.

    Args:
        prompt: What is being built.
        view: The generation; it changes while it is shown.
        console: Where to draw, if not on stdout.
    """

    def __init__(self, prompt: str, view: GenerationView, console: Console | None = None) -> None:
        self._console = console or Console()
        self._prompt = one_line(prompt, 60)
        self._view = view
        self._spinner = Spinner("dots", style="cyan")
        self._terminal = ExitStack()
        self._live = Live(
            console=self._console,
            get_renderable=self._draw,
            refresh_per_second=FRAMES_PER_SECOND,
            transient=True,
        )

    def __enter__(self) -> Self:
        self._terminal.enter_context(without_caret())
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()
        self._terminal.close()

    def show(self, kind: str, data: Data, view: GenerationView) -> None:
        """Do nothing: the next redraw shows the event."""

    def say(self, text: str) -> None:
        """Print a notice above the part that is redrawn."""
        self._console.print(Text(text, style="yellow"))

    def close(self, view: GenerationView) -> None:
        """Leave the summary on the screen."""
        self._console.print(_ending(view))

    def _draw(self) -> RenderableType:
        view, width, height = self._view, self._console.width, self._console.height
        blocks: list[RenderableType] = [self._status()]
        room = height - OTHER_LINES
        if view.thoughts:
            lines = min(THOUGHT_LINES, max(1, room // 4))
            blocks.append(_thoughts(view, width, lines))
            room -= lines + 2
        if view.tools:
            tools = list(view.tools.values())[-TOOL_LINES:]
            blocks.append(_tools(tools, width))
            room -= len(tools)
        if view.text or view.parts:
            blocks.append(_work(view, width, max(3, room)))
        return Group(*blocks)

    def _status(self) -> RenderableType:
        view = self._view
        grid = Table.grid(padding=(0, 1), expand=True)
        grid.add_column()
        grid.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        grid.add_column(justify="right", style="dim")
        text = Text.assemble((self._prompt, "bold"), "  ", (view.status, "cyan"))
        grid.add_row(self._spinner, text, f"{view.seconds(time.monotonic()):.1f} s")
        return grid


def _thoughts(view: GenerationView, width: int, lines: int) -> RenderableType:
    """Show the last lines of the latest thought, wrapped to the width."""
    text = Text(list(view.thoughts.values())[-1].rstrip()[-lines * width :], style="italic dim")
    last = text.wrap(Console(width=width - 4), width - 4)[-lines:]
    return Panel(Text("\n").join(last), title="thoughts", title_align="left", border_style="dim")


def _tools(tools: list[Tool], width: int) -> RenderableType:
    grid = Table.grid(padding=(0, 1))
    for tool in tools:
        mark, style = _MARKS.get(tool.status, ("?", ""))
        said = f"{tool.wanted} → {tool.got}" if tool.got else tool.wanted
        room = max(10, width - len(tool.name) - 8)
        grid.add_row(Text(mark, style), Text(tool.name, "bold"), Text(one_line(said, room), "dim"))
    return Padding(grid, (0, 1))


def _work(view: GenerationView, width: int, height: int) -> RenderableType:
    """Show code and parts: beside each other where there is room, else the code with a count."""
    if width < SIDE_BY_SIDE or not view.parts:
        return _code(view, height - 2, width, subtitle=_count(view))
    grid = Table.grid(expand=True)
    grid.add_column(ratio=3)
    grid.add_column(ratio=2)
    lines = height - 2
    grid.add_row(_code(view, lines, width * 3 // 5, subtitle=None), _parts(view, lines))
    return grid


def _code(view: GenerationView, lines: int, width: int, *, subtitle: str | None) -> RenderableType:
    """Show the end of the code, in colours; only what is visible is looked at."""
    tail = [line[: max(1, width - 4)] for line in view.text.rstrip().split("\n")[-lines:]]
    code: Any = Syntax("\n".join(tail), "tsx", theme="ansi_dark", background_color="default")
    title = f"code · {len(view.text):,} characters"
    return Panel(code, title=title, title_align="left", subtitle=subtitle, border_style="cyan")


def _count(view: GenerationView) -> str | None:
    return f"{len(view.parts)} parts: {view.shapes()}" if view.parts else None


def _parts(view: GenerationView, lines: int) -> RenderableType:
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", style="dim")
    for index, part in sorted(view.parts.items())[-lines:]:
        table.add_row(str(index), _swatch(part), Text(str(part.get("type"))), _place(part))
    title = f"parts · {len(view.parts)}"
    return Panel(table, title=title, title_align="left", border_style="magenta")


def _swatch(part: Data) -> Text:
    """Show a part's colour, with a star if it glows."""
    mark = "✦ " if part.get("emissive") else "██"
    return Text(mark, style=str(part.get("color")))  # rich leaves out a style that it doesn't know


def _place(part: Data) -> Text:
    numbers = part.get("position") or ()
    return Text(" ".join(f"{number:6.2f}" for number in numbers), style="dim", no_wrap=True)


def _ending(view: GenerationView) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    for label, text in summary(view):
        style = _LABELS.get(label, "")
        grid.add_row(Text(label, style), Text(text, style if label == "Failed" else ""))
    return Padding(grid, (1, 0, 0, 1))
