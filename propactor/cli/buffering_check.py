"""``propactor check --through``: does a stream pass live from a service to here?"""

import asyncio

from rich.console import Console
from rich.text import Text

from propactor.cli.exits import FAILURE, OK, exit_with_error
from propactor.client.buffering_check import BufferingReport, watch
from propactor.client.errors import ServerFault
from propactor.core import jsontext

ADVICE = (
    "something between there and here buffers. Behind nginx: `proxy_buffering off; gzip off; "
    'proxy_http_version 1.1; proxy_set_header Connection "";`. Let nothing compress text/event-stream.'
)


def check_buffering(address: str, token: str, timeout: float, *, json: bool) -> int:
    """Watch the service's stream of timed ticks, print what came of it, and return the exit code.

    Args:
        address: The address of the service.
        token: Its token, "" for none.
        timeout: Seconds to wait for an answer.
        json: Print one JSON object instead of text.
    """
    try:
        report = asyncio.run(watch(address, token, timeout=timeout))
    except ServerFault as exc:
        exit_with_error(str(exc))
    print(as_json(report)) if json else _print(report)
    return OK if report.live else FAILURE


def as_json(report: BufferingReport) -> str:
    """Return it for programs; times in milliseconds."""
    body = {
        "ok": report.live,
        "verdict": report.verdict(),
        "expected": report.expected,
        "ticks": [{"dueMs": round(t.due * 1000), "cameMs": round(t.came * 1000)} for t in report.ticks],
        "headers": report.headers,
    }
    return jsontext.dumps(body).decode()


def _print(report: BufferingReport) -> None:
    console = Console()
    mark, style = ("✔", "green") if report.live else ("✘", "red")
    console.print(Text(f"{mark} {report.verdict()}", style), soft_wrap=True)
    for tick in report.ticks:
        console.print(f"  sent after {tick.due:4.1f} s, came after {tick.came:5.2f} s")
    for name, value in report.headers.items():
        console.print(Text(f"  {name}: {value}", "dim"), soft_wrap=True)
    if not report.live:
        console.print(Text(f"remedy:  {ADVICE}"), soft_wrap=True)
