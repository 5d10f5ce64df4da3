"""The parts of the documentation that are made from the code. ``python -m tests.docs`` writes them anew."""

import asyncio
import json
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from prometheus_client.core import Metric
from pydantic import SecretStr

from propactor.actors.supervisor import Supervisor
from propactor.adapters.model.dialects import DIALECTS
from propactor.adapters.model.options import Options
from propactor.adapters.model.upstream import ModelUpstream
from propactor.adapters.openclaw.connection.link_status import LINK
from propactor.adapters.openclaw.protocol import capabilities
from propactor.adapters.openclaw.protocol import capabilities as hellos
from propactor.adapters.openclaw.upstream import describe_gateway
from propactor.core.diagram import mermaid
from propactor.core.events import CLASSES, FIELDS, KINDS
from propactor.core.machine import GENERATION
from propactor.server.app import make_app
from propactor.server.keys import METRICS
from propactor.settings import Settings
from propactor.settings.tables import Model
from tests.adapters.openclaw.recordings import hello as recorded_hello

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


SEEN = {"gateway": "live", "transcript": "from its files, message by message", "history": "at the end"}
STOPS = {"run": "the run", "session": "the session (admin scope)", "connection": "the connection"}
FILES = {True: ", files readable", False: ", files out of reach"}


def upstream_table() -> str:
    """Return what each upstream shows as a Markdown table, as those say that ask it."""
    rows = [
        "| upstream | text | tools | thoughts | what events missed | a cancel ends |",
        "|---|---|---|---|---|---|",
    ]
    for version in ("2026.2.9", "2026.2.26", "2026.7.1", "2026.9.6"):
        hello = hellos.parse(recorded_hello(f"{version}-text"))
        for files in (True, False) if capabilities.reads_files(hello) else (False,):
            where = FILES[files] if capabilities.reads_files(hello) else ""
            rows.append(_row(f"OpenClaw {version}{where}", describe_gateway(hello, files=files)))
    models = {api: ModelUpstream(Options(Model(api=api))).describe() for api in DIALECTS}
    rows += [_row(f"a model's own API, `{api}`", described) for api, described in models.items()]
    rows.append("| the template | at once | – | – | – | nothing runs on |")
    return "\n".join(rows)


def _row(name: str, described: Mapping[str, Any]) -> str:
    """Put what an upstream says of itself into words."""
    shows, places = described["streams"], described.get("sources", {})
    thoughts = SEEN[places.get("thinking", "gateway")] if shows["thinking"] or places else "–"
    missed = {"transcript": "its files", "history": "its history"}.get(places.get("missed", ""), "–")
    tools = "live" if shows["tools"] else "–"
    return f"| {name} | live | {tools} | {thoughts} | {missed} | {STOPS[described['stops']]} |"


def settings_file() -> str:
    """Return the ``config.toml`` of the repository: every setting with its meaning and its default."""
    tables = ["\n".join(_table_as_toml(name)) for name in Settings.model_fields]
    return "\n\n".join([_comment(_HEADER), *tables]) + "\n"


_HEADER = (
    "Every setting with its default. A setting is also an environment variable, which counts more: "
    "PROPACTOR_SERVER__PORT=8080 is port in [server]."
)


def _table_as_toml(name: str) -> Iterator[str]:
    table = Settings.model_fields[name].default
    yield f"{_comment(' '.join((type(table).__doc__ or '').split()))}\n[{name}]"
    for key, field in type(table).model_fields.items():
        value = getattr(table, key)
        plain = value.get_secret_value() if isinstance(value, SecretStr) else value
        yield f"{_comment(field.description or '')}\n{key} = {json.dumps(plain)}"


def _comment(text: str) -> str:
    return textwrap.fill(text, 100, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)


async def _exported() -> list[Metric]:
    """Return all metrics of an application that has a gateway."""
    settings = Settings.model_validate({"gateway": {"url": "ws://127.0.0.1:1"}})
    metrics = make_app(settings)[METRICS]
    Supervisor(settings, metrics)
    return list(metrics.registry.collect())


PARTS: dict[str, dict[str, Callable[[], str]]] = {
    "README.md": {
        "events": event_table,
        "upstreams": upstream_table,
        "states": state_diagram,
        "link-states": link_diagram,
    },
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
    texts = {name: renewed(name) for name in PARTS} | {"config.toml": settings_file()}
    for name, text in texts.items():
        (ROOT / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{name} written\n")
