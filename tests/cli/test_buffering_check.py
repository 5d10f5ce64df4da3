"""`check --through`: what stands between a service and us."""

import json
from pathlib import Path

from tests.cli.running import run, serving


async def test_live(tmp_path: Path) -> None:
    """Without anything between, streams pass, and the exit code says so."""
    async with serving(folder=tmp_path) as (_, url):
        end = await run("check", "--through", url, folder=tmp_path)
        machine = await run("check", "--through", url, "--json", folder=tmp_path)

    assert (end.code, end.err) == (0, "")
    assert "streams pass live" in end.out
    found = json.loads(machine.out)
    assert (machine.code, found["ok"], len(found["ticks"])) == (0, True, 6)


async def test_nobody(tmp_path: Path) -> None:
    """Nobody at that address is told in a line."""
    end = await run("check", "--through", "http://127.0.0.1:9", folder=tmp_path)

    assert (end.code, end.out) == (1, "")
    assert end.err.startswith("propactor: no propactor at http://127.0.0.1:9")
