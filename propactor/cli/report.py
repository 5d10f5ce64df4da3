"""What `check` found, for people and for programs."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from propactor.adapters.openclaw.hello import Hello
from propactor.cli.probe import Probe
from propactor.cli.streaming import Finding
from propactor.cli.words import clean
from propactor.core import jsontext

NO_GATEWAY = "none: every prop will be built from a template (set [gateway] url to change that)"
_MARKS = {"yes": ("✔", "green"), "partly": ("!", "yellow"), "no": ("✘", "red"), "note": ("·", "dim")}


def as_json(found: Probe | None, warnings: Sequence[str]) -> str:
    """Return everything as one JSON object."""
    gateway = found.as_json() if found is not None else None
    ok = found is None or found.trouble is None
    return jsontext.dumps({"ok": ok, "gateway": gateway, "warnings": warnings}).decode()


def print_report(found: Probe | None, warnings: Sequence[str]) -> None:
    """Print everything for a person."""
    console = Console()
    console.print(_facts(found))
    if found is not None and found.findings:
        console.print(_streams(found.findings))
    for warning in warnings:
        console.print(Text(f"warning: {warning}", "yellow"), soft_wrap=True)
    if found is not None and found.trouble is not None:
        console.print(
            Text(f"trouble: {clean(found.trouble.message)} ({found.trouble.code})", "red"), soft_wrap=True
        )
        if found.trouble.remedy:
            console.print(Text(f"remedy:  {clean(found.trouble.remedy)}"), soft_wrap=True)


def _facts(found: Probe | None) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    for label, text in _lines(found):
        grid.add_row(label, Text(clean(text)))
    return grid


def _lines(found: Probe | None) -> Iterator[tuple[str, str]]:
    yield "configuration", "valid"
    yield "gateway", NO_GATEWAY if found is None else found.url
    if found is not None and found.hello is not None:
        yield from _about(found.hello)


def _about(hello: Hello) -> Iterator[tuple[str, str]]:
    yield "version", f"{hello.version}, protocol {hello.protocol}, {len(hello.methods)} methods"
    scopes = "not told; taken as asked for" if hello.scopes is None else ", ".join(sorted(hello.scopes))
    yield "scopes", scopes
    yield "capabilities", ", ".join(sorted(hello.capabilities)) or "none told"
    yield "largest frame", f"{hello.max_payload / 2**20:g} MiB"


def _streams(found: Sequence[Finding]) -> Table:
    table = Table(title="What this gateway lets you see and do", title_justify="left", box=None)
    table.show_header = False
    for name in ("mark", "what", "how"):
        table.add_column(name, overflow="fold")
    for finding in found:
        mark, style = _MARKS[finding.verdict]
        how = Text(finding.detail)
        if finding.remedy:
            how.append(f"\n→ {finding.remedy}", "cyan")
        table.add_row(Text(mark, style), Text(finding.what, "bold"), how)
    return table
