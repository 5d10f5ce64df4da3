"""The report of `propactor check`, for people and for programs, with warnings about settings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from propactor.actors.upstreams import TEMPLATE
from propactor.cli.display.terminal import clean
from propactor.core import jsontext
from propactor.core.upstream import Finding, ProbeReport, Trouble
from propactor.registry import ROWS
from propactor.settings import Settings

Found = Mapping[str, ProbeReport | None]
"""What was found, by the kind of upstream; None where none of that kind is configured."""
NOT_USED = "Not used yet."
"""How the description of a setting, or the docstring of a table, says that nothing reads it."""
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
    """Return what it means that no upstream is configured, and how to configure one."""
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


def warnings(settings: Settings) -> Iterator[str]:
    """Yield warnings about settings that are valid and do nothing."""
    for name in _unread(settings):
        yield f"{name} is set, but nothing reads it yet"
    for row in ROWS.values():
        if row.setting is not None and not row.is_configured(settings) and _is_set(settings, row.setting[0]):
            table, key = row.setting
            yield f"[{table}] is set, but nobody asks it: set [{table}] {key} too"
    if never := _never_asked(settings):
        names = ", ".join(never)
        yield f"[upstream] order names {names} behind the template, which never fails: nobody asks them"


def _never_asked(settings: Settings) -> list[str]:
    """Return the configured upstreams that the order names behind the template."""
    order, stand_in = settings.upstream.order, settings.fallback.template
    if TEMPLATE not in order or (order[0] != TEMPLATE and not stand_in):
        return []
    behind = order[order.index(TEMPLATE) + 1 :]
    return [name for name in behind if ROWS[name].is_configured(settings)]


def _is_set(settings: Settings, name: str) -> bool:
    """Return True if something in a table isn't as it would be by default."""
    table = getattr(settings, name)
    return bool(table.model_dump() != type(table)().model_dump())


def _unread(settings: Settings) -> Iterator[str]:
    """Yield the names of settings that were changed although nothing reads them."""
    for table in sorted(settings.model_fields_set):
        value = getattr(settings, table)
        everything = NOT_USED in (type(value).__doc__ or "")
        for key in sorted(value.model_fields_set):
            field = type(value).model_fields[key]
            ignored = everything or NOT_USED in (field.description or "")
            if ignored and getattr(value, key) != field.default:
                yield f"[{table}] {key}"
