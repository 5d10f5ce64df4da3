"""What `check` found, for people and for programs."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from propactor.adapters.openclaw.protocol.capabilities import Hello
from propactor.cli.modelprobe import ModelProbe
from propactor.cli.probe import Probe, Trouble
from propactor.cli.streaming import Finding
from propactor.cli.words import clean
from propactor.core import jsontext

NO_GATEWAY = (
    "none: every prop will be built from a template (set [gateway] url or [model] base_url to change that)"
)
_MARKS = {"yes": ("✔", "green"), "partly": ("!", "yellow"), "no": ("✘", "red"), "note": ("·", "dim")}


def as_json(found: Probe | None, model: ModelProbe | None, warnings: Sequence[str]) -> str:
    """Return everything as one JSON object."""
    both = {
        "gateway": found.as_json() if found is not None else None,
        "model": model.as_json() if model is not None else None,
    }
    ok = not any(look is not None and look.trouble is not None for look in (found, model))
    return jsontext.dumps({"ok": ok, **both, "warnings": warnings}).decode()


def print_report(found: Probe | None, model: ModelProbe | None, warnings: Sequence[str]) -> None:
    """Print everything for a person."""
    console = Console()
    console.print(_facts(found, model))
    for title, look in (("gateway", found), ("model", model)):
        if look is not None and look.findings:
            console.print(_streams(f"What this {title} lets you see and do", look.findings))
    for warning in warnings:
        console.print(Text(f"warning: {warning}", "yellow"), soft_wrap=True)
    for look in (found, model):
        if look is not None and look.trouble is not None:
            _print_trouble(console, look.trouble)


def _print_trouble(console: Console, trouble: Trouble) -> None:
    console.print(Text(f"trouble: {clean(trouble.message)} ({trouble.code})", "red"), soft_wrap=True)
    if trouble.remedy:
        console.print(Text(f"remedy:  {clean(trouble.remedy)}"), soft_wrap=True)


def _facts(found: Probe | None, model: ModelProbe | None) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    for label, text in _lines(found, model):
        grid.add_row(label, Text(clean(text)))
    return grid


def _lines(found: Probe | None, model: ModelProbe | None) -> Iterator[tuple[str, str]]:
    yield "configuration", "valid"
    if found is not None or model is None:
        yield "gateway", NO_GATEWAY if found is None else found.url
    if found is not None and found.hello is not None:
        yield from _about(found.hello)
    if model is not None:
        yield "model", "{model} at {url}, over the {api} API".format_map(model.facts)


def _about(hello: Hello) -> Iterator[tuple[str, str]]:
    yield "version", f"{hello.version}, protocol {hello.protocol}, {len(hello.methods)} methods"
    scopes = "not told; taken as asked for" if hello.scopes is None else ", ".join(sorted(hello.scopes))
    yield "scopes", scopes
    yield "capabilities", ", ".join(sorted(hello.capabilities)) or "none told"
    yield "largest frame", f"{hello.max_payload / 2**20:g} MiB"


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
