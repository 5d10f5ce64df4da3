"""What `check` found, for people and for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from propactor.cli.words import clean
from propactor.core import jsontext
from propactor.core.upstream import Finding, ProbeReport, Trouble
from propactor.registry import ROWS

Found = Mapping[str, ProbeReport | None]
"""What was found, by the kind of upstream; None where none of that kind is configured."""
_MARKS = {"yes": ("✔", "green"), "partly": ("!", "yellow"), "no": ("✘", "red"), "note": ("·", "dim")}


def as_json(found: Found, warnings: Sequence[str]) -> str:
    """Return everything as one JSON object."""
    ok = not any(report is not None and report.trouble is not None for report in found.values())
    each = {kind: _plain(report) if report is not None else None for kind, report in found.items()}
    return jsontext.dumps({"ok": ok, **each, "warnings": warnings}).decode()


def _plain(report: ProbeReport) -> dict[str, object]:
    return {
        **report.facts,
        "streams": [asdict(finding) for finding in report.findings],
        "trouble": asdict(report.trouble) if report.trouble else None,
    }


def print_report(found: Found, warnings: Sequence[str]) -> None:
    """Print everything for a person."""
    console = Console()
    reports = {kind: report for kind, report in found.items() if report is not None}
    console.print(_facts(list(reports.values())))
    for kind, report in reports.items():
        if report.findings:
            console.print(_streams(f"What this {kind} lets you see and do", report.findings))
    for warning in warnings:
        console.print(Text(f"warning: {warning}", "yellow"), soft_wrap=True)
    for report in reports.values():
        if report.trouble is not None:
            _print_trouble(console, report.trouble)


def _print_trouble(console: Console, trouble: Trouble) -> None:
    console.print(Text(f"trouble: {clean(trouble.message)} ({trouble.code})", "red"), soft_wrap=True)
    if trouble.remedy:
        console.print(Text(f"remedy:  {clean(trouble.remedy)}"), soft_wrap=True)


def _facts(reports: Sequence[ProbeReport]) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    grid.add_row("configuration", "valid")
    for report in reports:
        for label, text in report.lines.items():
            grid.add_row(label, Text(clean(text)))
    if not reports:
        grid.add_row("upstreams", _none())
    return grid


def _none() -> str:
    """Say what it means that no upstream is configured, and how to configure one."""
    settings = (row.setting for row in ROWS.values() if row.setting)
    names = " or ".join(f"[{table}] {key}" for table, key in settings)
    return f"none: every prop will be built from a template (set {names} to change that)"


def _streams(title: str, found: Sequence[Finding]) -> Table:
    table = Table(title=title, title_justify="left", box=None)
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
