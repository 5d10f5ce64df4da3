"""Whether a stream passes live from a service to here, for people and for programs."""

import asyncio

from rich.console import Console
from rich.text import Text

from propactor.cli.exits import FAILURE, OK, leave
from propactor.core import jsontext
from propactor.web.faults import ServerFault
from propactor.web.passage import Passage, watch

ADVICE = (
    "something between there and here buffers. Behind nginx: `proxy_buffering off; gzip off; "
    'proxy_http_version 1.1; proxy_set_header Connection "";`. Let nothing compress text/event-stream.'
)


def check_through(address: str, token: str, patience: float, *, json: bool) -> int:
    """Watch the service's timed stream, say what came of it, and return the exit code."""
    try:
        passage = asyncio.run(watch(address, token, patience=patience))
    except ServerFault as exc:
        leave(str(exc))
    print(as_json(passage)) if json else _print(passage)
    return OK if passage.live else FAILURE


def as_json(passage: Passage) -> str:
    """Return it for programs; times in milliseconds."""
    body = {
        "ok": passage.live,
        "verdict": passage.verdict(),
        "expected": passage.expected,
        "ticks": [{"dueMs": round(t.due * 1000), "cameMs": round(t.came * 1000)} for t in passage.ticks],
        "headers": passage.headers,
    }
    return jsontext.dumps(body).decode()


def _print(passage: Passage) -> None:
    console = Console()
    mark, style = ("✔", "green") if passage.live else ("✘", "red")
    console.print(Text(f"{mark} {passage.verdict()}", style), soft_wrap=True)
    for tick in passage.ticks:
        console.print(f"  sent after {tick.due:4.1f} s, came after {tick.came:5.2f} s")
    for name, value in passage.headers.items():
        console.print(Text(f"  {name}: {value}", "dim"), soft_wrap=True)
    if not passage.live:
        console.print(Text(f"remedy:  {ADVICE}"), soft_wrap=True)
