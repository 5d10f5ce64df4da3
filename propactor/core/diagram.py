"""A machine's table as a Mermaid state diagram: what is drawn is what runs."""

from collections.abc import Iterator

from propactor.core.machine import Table


def mermaid(table: Table) -> str:
    """Draw a table as ``stateDiagram-v2``. Triggers between the same two states share an arrow."""
    lines = ["stateDiagram-v2", f"[*] --> {table.initial}", *_arrows(table), f"{table.final} --> [*]"]
    return "\n    ".join(lines) + "\n"


def _arrows(table: Table) -> Iterator[str]:
    labels: dict[tuple[str, str], list[str]] = {}
    for row in table.rows:
        labels.setdefault((row.source, row.dest), []).append(row.trigger)
    for (source, dest), triggers in labels.items():
        yield f"{source} --> {dest} : {', '.join(triggers)}"
