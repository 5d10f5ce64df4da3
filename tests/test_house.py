"""Promises about the house: where things live, how they look, and what must never be in it."""

import ast
import fnmatch
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from propactor.adapters.openclaw.connection.link_status import LINK
from propactor.core.entries import NAMED_BY_KIND
from propactor.core.events import CLASSES, FIELDS, KINDS
from propactor.core.machine import GENERATION
from propactor.metrics import Metrics

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "propactor"
MODULES = sorted(PACKAGE.rglob("*.py"))
SOURCES = {path: path.read_text(encoding="utf-8") for path in MODULES}
TREES = {path: ast.parse(source) for path, source in SOURCES.items()}

TOP_LEVEL = {
    ".ci": "what a fresh clone is checked with",
    ".git": "history",
    ".gitignore": "what isn't kept",
    ".github": "what runs at a push",
    "CHANGELOG.md": "what users will notice",
    "LICENSE": "what others may do",
    "README.md": "where to begin",
    "config.toml": "every setting with its default",
    "dashboards": "for Grafana and Prometheus",
    "deploy": "containers, systemd, proxies",
    "hatch_build.py": "builds the page into the wheel",
    "propactor": "the package",
    "pyproject.toml": "what it needs, and how it is checked",
    "tests": "what it promises",
}
LINES, TEST_LINES = 300, 450
LONGER: dict[str, str] = {}
"""Files that may be longer, with the reason."""
UNTESTED = {
    "core/upstream.py": "a shape: there is nothing to run",
    "actors/commands.py": "messages: nothing but fields",
    "core/limits.py": "a shape: there is nothing to run",
}
UPSTREAM_SWITCHES_NEVER_USED = ("bypassPermissions", "dangerously-skip-permissions", "dangerouslySkip")


def name(path: Path) -> str:
    """Return a path as the repository has it."""
    return path.relative_to(ROOT).as_posix()


def nodes(*kinds: type[ast.AST]) -> Iterator[tuple[Path, ast.AST]]:
    """Walk through the package."""
    for path, tree in TREES.items():
        yield from ((path, node) for node in ast.walk(tree) if isinstance(node, kinds))


def test_top_level() -> None:
    """At the top there is only what belongs there."""
    ignored = (ROOT / ".gitignore").read_text().split()
    there = {path.name for path in ROOT.iterdir() if not _ignored(path, ignored)}

    assert there <= set(TOP_LEVEL)


def _ignored(path: Path, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatch(path.name, pattern.rstrip("/")) for pattern in patterns)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_first_line(path: Path) -> None:
    """A module says in its first line what it is about: one sentence."""
    docstring = ast.get_docstring(TREES[path]) or ""

    assert SOURCES[path].startswith('"""')
    assert docstring.splitlines()[0].endswith((".", ":", "?"))


def test_lengths() -> None:
    """A file that grows too long is taken apart, or says why not."""
    files = [(path, LINES) for path in MODULES]
    files += [(path, TEST_LINES) for path in (ROOT / "tests").rglob("*.py")]

    too_long = {name(path) for path, most in files if len(path.read_text("utf-8").splitlines()) > most}

    assert too_long == set(LONGER)


def test_floors() -> None:
    """Imports go down only, the core is pure, adapters don't know each other: as pyproject.toml says."""
    call = "sys.exit(cli.lint_imports(config_filename='pyproject.toml', no_cache=True))"
    linter = [sys.executable, "-c", f"import sys; from importlinter import cli; {call}"]

    # In a process of its own: it changes how this one logs.
    result = subprocess.run(linter, cwd=ROOT, capture_output=True, text=True, timeout=100)

    assert result.returncode == 0, result.stdout + result.stderr


def test_adapters_listed() -> None:
    """The contract that keeps adapters apart names all of them; only a chain may know others."""
    listed = set(re.findall(r'"propactor\.adapters\.(\w+)"', (ROOT / "pyproject.toml").read_text("utf-8")))
    there = {
        path.stem for path in (PACKAGE / "adapters").iterdir() if path.suffix == ".py" or _is_package(path)
    }

    assert listed == there - {"__init__", "chain"}


def _is_package(path: Path) -> bool:
    return (path / "__init__.py").is_file()


def test_web_code_uses_handles() -> None:
    """What answers requests reaches a generation through its handle, and never a part of it."""
    known = {"propactor.actors.generation_actor", "propactor.actors.readers", "propactor.actors.mailbox"}
    reaching = [
        name(path)
        for path, node in nodes(ast.ImportFrom)
        if isinstance(node, ast.ImportFrom) and path.parent.name == "server" and node.module in known
    ]

    assert reaching == []


def test_own_tests() -> None:
    """Every file of the core and of the actors has tests of its own."""
    without = {
        f"{floor}/{path.name}"
        for floor in ("core", "actors")
        for path in (PACKAGE / floor).glob("[!_]*.py")
        if not (ROOT / "tests" / floor / f"test_{path.name}").is_file()
    }

    assert without == set(UNTESTED)


def test_one_class_an_event() -> None:
    """A new event is one class: its name, its fields, its metric and its documentation follow from it."""
    counted = {
        sample.labels["type"]
        for metric in Metrics().registry.collect()
        if metric.name == "propactor_events"
        for sample in metric.samples
    }

    assert set(CLASSES) == set(KINDS) <= set(FIELDS)
    assert set(KINDS.values()) == counted > NAMED_BY_KIND
    assert all((cls.__doc__ or "").endswith(("\n    ", ".")) for cls in CLASSES)


def test_tables() -> None:
    """What lives in states is declared as a table, each under its own name, with an end to reach."""
    tables = [GENERATION, LINK]

    assert len({table.name for table in tables}) == len(tables)
    assert all({table.initial, table.final} <= set(table.states) for table in tables)


def test_no_sleep() -> None:
    """Nothing in the package blocks the event loop to wait."""
    calls = [
        name(path)
        for path, node in nodes(ast.Attribute, ast.ImportFrom)
        if ast.unparse(node) == "time.sleep" or re.match("from time import .*sleep", ast.unparse(node))
    ]

    assert calls == []


def test_guards() -> None:
    """Who catches everything logs the traceback, raises it again, or hands it to who does."""
    silent = [
        f"{name(path)}:{node.lineno}"
        for path, node in nodes(ast.ExceptHandler)
        if isinstance(node, ast.ExceptHandler) and _catches_all(node) and not _speaks(node)
    ]

    assert silent == []


def _catches_all(node: ast.ExceptHandler) -> bool:
    return node.type is None or ast.unparse(node.type) in ("Exception", "BaseException")


def _speaks(node: ast.ExceptHandler) -> bool:
    body = "\n".join(map(ast.unparse, node.body))
    handed_on = node.name is not None and re.search(rf"\w\(.*\b{node.name}\b", body)
    return bool(handed_on or re.search(r"\blog\.exception\(|\braise\b", body))


def test_tasks_are_kept() -> None:
    """Who starts a task keeps it and names it: the event loop forgets tasks that nobody holds."""
    dropped = [
        f"{name(path)}: {ast.unparse(node)}"
        for path, node in nodes(ast.Expr)
        if isinstance(node, ast.Expr)
        and re.match(r"[\w.]*\b(create_task|ensure_future)\(", ast.unparse(node))
    ]
    nameless = [
        f"{name(path)}:{node.lineno}"
        for path, node in nodes(ast.Call)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("create_task")
        and "name" not in [keyword.arg for keyword in node.keywords]
    ]

    assert (dropped, nameless) == ([], [])


SWITCHED_OFF = re.compile(r"# (?:noqa|type: ignore)(?P<rules>: [A-Z0-9, ]+|\[[^]]+\])?(?P<reason>.*)")


def test_rules_switched_off() -> None:
    """A rule that is switched off is named, and carries its reason on the same line."""
    found = [
        (name(path), line, match)
        for path, source in SOURCES.items()
        for line in source.splitlines()
        if (match := SWITCHED_OFF.search(line))
    ]

    assert [
        (path, line) for path, line, match in found if not (match["rules"] and match["reason"].strip())
    ] == []


@pytest.mark.parametrize("word", UPSTREAM_SWITCHES_NEVER_USED)
def test_no_dangerous_switches(word: str) -> None:
    """No upstream is ever told to act without its safeguards."""
    assert not [name(path) for path, source in SOURCES.items() if word in source]


def test_no_machine_of_ours() -> None:
    """No file names a place on the machine it was written on, nor a private registry."""
    forbidden = {*_places(), *_registries()}
    found = {
        (name(path), word)
        for path in _texts()
        for word in forbidden
        if word in path.read_text(encoding="utf-8", errors="replace")
    }

    assert found == set()


def _places() -> Iterator[str]:
    """Yield where this checkout and this environment are, if that says anything."""
    for place in (str(ROOT), sys.prefix if sys.prefix != sys.base_prefix else ""):
        if len(Path(place).parts) > 2 and not place.startswith(str(Path(place).anchor) + "usr"):
            yield place


def _registries() -> Iterator[str]:
    """Yield the hosts that this environment fetches packages from, other than the public ones."""
    public = {"pypi.org", "files.pythonhosted.org", "registry.npmjs.org", "localhost", "127.0.0.1"}
    for variable in ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "NPM_CONFIG_REGISTRY"):
        for url in os.environ.get(variable, "").split():
            host = urlsplit(url).hostname
            if host and host not in public:
                yield host


def _texts() -> Iterator[Path]:
    """Yield the files of the repository, without what builds and tools leave behind."""
    ignored = (ROOT / ".gitignore").read_text().split()
    for top in ROOT.iterdir():
        if top.name == ".git" or _ignored(top, ignored):
            continue
        for path in [top] if top.is_file() else top.rglob("*"):
            if path.is_file() and not any(_ignored(Path(part), ignored) for part in path.parts):
                yield path


ADAPTERS = [path for path in MODULES if "adapters" in path.parts]
METHODS, ATTRIBUTES, DOOR = 15, 14, 12
LARGE_CLASSES = {
    "adapters/openclaw/connection/websocket.py": "Wire: five of its methods are those that asyncio calls",
    "adapters/openclaw/protocol/decoder.py": "Decoder: a method a kind of event, on the path of each delta",
    "adapters/openclaw/protocol/text.py": "Messages: one text and its cases, on the path of each delta",
    "adapters/transcript/follow.py": "Follow: to be taken apart",
}
"""Files with a class that has more methods or attributes, with the class and the reason."""


def test_classes_are_small() -> None:
    """A class of an adapter that grows too large is taken apart, or says why not."""
    large = {
        path.relative_to(PACKAGE).as_posix()
        for path in ADAPTERS
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.ClassDef) and _is_large(node)
    }

    assert large == set(LARGE_CLASSES)


def _is_large(node: ast.ClassDef) -> bool:
    methods = [child for child in node.body if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)]
    attributes = {
        target.attr
        for method in methods
        for target in ast.walk(method)
        if isinstance(target, ast.Attribute) and isinstance(target.ctx, ast.Store)
        if isinstance(target.value, ast.Name) and target.value.id == "self"
    }
    return len(methods) > METHODS or len(attributes) > ATTRIBUTES


def test_few_files_at_the_door() -> None:
    """Who looks into an adapter's folder sees few files, and each folder says what belongs into it."""
    folders = {path.parent for path in ADAPTERS}
    doors = [folder for folder in folders if folder.parent.name == "adapters"]

    assert [name(door) for door in doors if len(list(door.glob("[!_]*.py"))) > DOOR] == []
    assert [name(folder) for folder in folders if not ast.get_docstring(TREES[folder / "__init__.py"])] == []


def test_no_circles() -> None:
    """No two files import each other, over however many steps, not even in a function or to name a type."""
    graph = {path: _imported(path) for path in MODULES}
    while ends := [path for path in graph if _is_end(path, graph)]:
        for path in ends:
            del graph[path]

    assert [name(path) for path in graph] == []


def _is_end(path: Path, graph: dict[Path, set[Path]]) -> bool:
    """Tell whether a file is in no circle, since it imports none of the files or none imports it."""
    return not graph[path] & graph.keys() or not any(path in others for others in graph.values())


def _imported(path: Path) -> set[Path]:
    """Return the files of the package that a file imports from, wherever in it."""
    named = {
        f"{node.module}.{alias.name}" if _file(f"{node.module}.{alias.name}") in TREES else str(node.module)
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    return {_file(part) for part in named} & TREES.keys() - {path}


def _file(module: str) -> Path:
    """Return the file of a module, whether it is a package or not."""
    place = ROOT / module.replace(".", "/")
    return place / "__init__.py" if place.is_dir() else place.with_name(f"{place.name}.py")
