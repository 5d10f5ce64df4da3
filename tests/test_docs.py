"""Promises that the documentation makes."""

import re
import tomllib

import pytest

from propactor.cli.app import app
from propactor.core.errors import error_classes
from propactor.server.app import ROUTES
from tests.docs import PARTS, ROOT, renewed

README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("file", PARTS)
def test_generated_parts_are_true(file: str) -> None:
    """Tables and diagrams in the documentation are those of the code; `python -m tests.docs` renews them."""
    assert (ROOT / file).read_text() == renewed(file)


def test_every_call_is_documented() -> None:
    """Each route of the service is in the README."""
    written = README.replace("{requestId}", "{request_id}")

    assert {route.path for route in ROUTES if route.path not in written} == set()


def test_every_command_is_documented() -> None:
    """Each command is shown in the README."""
    names = {
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    }

    assert {name for name in names if f"propactor {name}" not in README} == set()


def test_codes_in_the_readme_exist() -> None:
    """An error code that the README speaks of is one that the code can give."""
    known = {cls.code for cls in error_classes()}
    spoken = set(re.findall(r"`(?:\d{3} )?([A-Z]+(?:_[A-Z]+)+)`", README))

    assert spoken - known - {"PROPACTOR_REQUIRE"} == set()


def test_links_in_the_readme_exist() -> None:
    """A relative link leads to a file."""
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]

    assert [link for link in links if not (ROOT / link).exists()] == []


def test_version_is_one() -> None:
    """The package and its metadata have the same version."""
    from propactor import __version__

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

    assert project["version"] == __version__
