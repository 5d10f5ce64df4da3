"""The parts of the documentation that are made from the code. ``python -m tests.docs`` writes them anew."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from prometheus_client.core import Metric

from propactor.actors.supervisor import Supervisor
from propactor.adapters.openclaw.states import LINK
from propactor.core.diagram import mermaid
from propactor.core.events import CLASSES, FIELDS, KINDS
from propactor.core.machine import GENERATION
from propactor.settings import Settings
from propactor.web.app import make_app, supervisor_rules
from propactor.web.keys import METRICS

ROOT = Path(__file__).parents[1]
UNSENT = {"at", "raw"}


def event_table() -> str:
    """Return the events, their fields and their docstrings as a Markdown table."""
    rows = ["| event | fields | meaning |", "|---|---|---|"]
    for cls in CLASSES:
        names = ", ".join(f"`{name}`" for attr, name in FIELDS[cls] if attr not in UNSENT)
        meaning = " ".join((cls.__doc__ or "").split()).replace("``", "`")
        rows.append(f"| `{KINDS[cls]}` | {names} | {meaning} |")
    return "\n".join(rows)


def state_diagram() -> str:
    """Return the table of the generation as a Mermaid block."""
    return f"```mermaid\n{mermaid(GENERATION).rstrip()}\n```"


def link_diagram() -> str:
    """Return the table of the gateway link as a Mermaid block."""
    return f"```mermaid\n{mermaid(LINK).rstrip()}\n```"


def metric_table() -> str:
    """Return every metric that the service exports as a Markdown table."""
    rows = ["| metric | type | labels | meaning |", "|---|---|---|---|"]
    for metric in sorted(asyncio.run(_exported()), key=lambda m: m.name):
        labels = sorted({name for sample in metric.samples for name in sample.labels} - {"le"})
        name = f"{metric.name}_total" if metric.type == "counter" else metric.name
        rows.append(f"| `{name}` | {metric.type} | {', '.join(labels)} | {metric.documentation} |")
    return "\n".join(rows)


async def _exported() -> list[Metric]:
    """Return all metrics of an application that has a gateway."""
    settings = Settings.model_validate({"gateway": {"url": "ws://127.0.0.1:1"}})
    metrics = make_app(settings)[METRICS]
    Supervisor(supervisor_rules(settings), metrics)
    return list(metrics.registry.collect())


PARTS: dict[str, dict[str, Callable[[], str]]] = {
    "README.md": {"events": event_table, "states": state_diagram, "link-states": link_diagram},
    "dashboards/README.md": {"metrics": metric_table},
}


def renewed(file: str) -> str:
    """Return a file's text with its generated parts made anew.

    Raises:
        ValueError: a marker is missing.
    """
    text = (ROOT / file).read_text()
    for name, make in PARTS[file].items():
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, _, rest = text.partition(begin)
        _, marker, after = rest.partition(end)
        if not marker:
            raise ValueError(f"{file} has no part named {name}")
        text = f"{before}{begin}{make()}\n{marker}{after}"
    return text


if __name__ == "__main__":
    for name in PARTS:
        (ROOT / name).write_text(renewed(name))
        sys.stdout.write(f"{name} written\n")
