"""Diagrams from the command line."""

import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from propactor.adapters.openclaw.connection.link_status import LINK
from propactor.cli.app import app
from propactor.core.diagram import mermaid
from propactor.core.machine import GENERATION, Table


@pytest.mark.parametrize("table", [GENERATION, LINK])
def test_tables(table: Table) -> None:
    """What is printed is the table that runs."""
    result = CliRunner().invoke(app, ["diagram", "--machine", table.name])

    assert (result.exit_code, result.stdout) == (0, mermaid(table))


def test_picture(tmp_path: Path) -> None:
    """A picture shows every state and every trigger."""
    picture = tmp_path / "link.svg"

    result = CliRunner().invoke(
        app, ["diagram", "--machine", "link", "--format", "svg", "--out", str(picture)]
    )

    assert (result.exit_code, result.output) == (0, "")
    svg = picture.read_text(encoding="utf-8")
    assert svg.startswith("<svg")
    assert all(name in svg for name in (*LINK.states, *(row.trigger for row in LINK.rows)))


def test_without_mermaidx(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra, the message says what to install."""
    monkeypatch.setitem(sys.modules, "mermaidx", None)

    result = CliRunner().invoke(app, ["diagram", "--format", "svg"])

    assert result.exit_code == 1
    assert "pip install 'propactor[diagrams]'" in result.stderr


def test_unwritable(tmp_path: Path) -> None:
    """A file that can't be written is told in a line."""
    result = CliRunner().invoke(app, ["diagram", "--out", str(tmp_path / "missing" / "x.mmd")])

    assert result.exit_code == 1
    assert result.stderr.startswith("propactor: ")
