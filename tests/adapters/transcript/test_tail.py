"""Tail: what is new in a file, once and in order, whatever happens to it."""

import errno
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from propactor.adapters.transcript import Tail
from tests.adapters.transcript.folder import JSONL_ERA, Json, append, encode, entry, replace

Make = Callable[..., Tail]
HOLDING = pytest.mark.parametrize("hold", [True, False], ids=["held", "reopened"])


def read(tail: Tail) -> list[Json]:
    """Read to the end."""
    found: list[Json] = []
    while (entries := tail.look()) is not None:
        found += map(dict, entries)
    return found


@pytest.fixture
def make() -> Iterator[Make]:
    """Make tails that are closed in the end."""
    tails: list[Tail] = []

    def made(*args: Any, **options: Any) -> Tail:
        tails.append(Tail(*args, **options))
        return tails[-1]

    yield made
    for tail in tails:
        tail.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where the file is going to be."""
    return tmp_path / "session.jsonl"


def test_at_end(make: Make, path: Path) -> None:
    """What was written before is an earlier run's: by default it is never given."""
    path.write_bytes(encode(entry("earlier")))
    tail = make(path)
    new = entry("new")

    assert read(tail) == []
    append(path, encode(new))
    assert read(tail) == [new]
    assert tail.look() is None


def test_half_at_end(make: Make, path: Path) -> None:
    """An earlier run's line that was half written stays the earlier run's when it is finished."""
    line, new = encode(entry("earlier")), entry("new")
    path.write_bytes(line[:20])
    tail = make(path)

    append(path, line[20:] + encode(new))

    assert read(tail) == [new]


def test_written_between(make: Make, path: Path) -> None:
    """What is written after the tail was made is new, although nobody has looked yet."""
    path.write_bytes(encode(entry("earlier")))
    tail = make(path)
    new = entry("new")

    append(path, encode(new))

    assert read(tail) == [new]


@HOLDING
def test_late(make: Make, path: Path, hold: bool) -> None:
    """A file that comes later is read from its beginning."""
    tail = make(path, hold=hold)
    new = entry("new")

    assert tail.look() is None
    path.write_bytes(encode(new))
    assert read(tail) == [new]


@pytest.mark.parametrize("recording", JSONL_ERA, ids=lambda path: path.name)
def test_recorded_lines(make: Make, path: Path, recording: Path) -> None:
    """Each entry of a transcript is given as its line ends; a second header is none."""
    tail = make(path)
    given: set[str] = set()

    for line in recording.read_bytes().split(b"\n")[:-1]:
        append(path, line + b"\n")
        found = json.loads(line)
        assert read(tail) == ([] if found["id"] in given else [found])
        given.add(found["id"])

    assert tail.counters.not_json == 0


@pytest.mark.parametrize("name", ["2026.2.9-tools2", "2026.2.26-text", "2026.7.1-abort"])
def test_recorded_bytes(make: Make, path: Path, name: str) -> None:
    """A transcript that is written byte by byte gives the same, although characters are cut in two."""
    raw = next(recording for recording in JSONL_ERA if recording.name.startswith(name)).read_bytes()
    tail = make(path, at_end=False)
    found: list[Json] = []

    with path.open("ab", buffering=0) as file:
        for byte in raw:
            file.write(bytes([byte]))
            found += read(tail)

    assert found == [json.loads(line) for line in raw.split(b"\n") if line]


CUTS = st.lists(st.integers(1, 60), max_size=30)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(max_size=12), max_size=8), CUTS, st.integers(1, 50), st.booleans())
def test_any_cut(path: Path, texts: list[str], cuts: list[int], chunk: int, hold: bool) -> None:
    """However writes are cut, and however little is read at once: each entry once, in order."""
    path.unlink(missing_ok=True)
    entries = [entry(text) for text in texts]
    raw = encode(*entries)
    tail = Tail(path, chunk=chunk, hold=hold)
    found: list[Json] = []

    for size in [*cuts, len(raw)]:
        append(path, raw[:size])
        raw = raw[size:]
        found += read(tail)
    tail.close()

    assert found == entries


CHANGES = st.sampled_from(["append", "append", "replace", "truncate", "rewrite", "delete", "look"])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CHANGES, max_size=14), st.integers(0, 3), st.booleans())
def test_any_change(path: Path, changes: list[str], before: int, hold: bool) -> None:
    """Whatever happens to the file: no entry twice, none of before, none lost that was there at a look."""
    earlier = [entry("earlier") for _ in range(before)]
    path.write_bytes(encode(*earlier))
    tail = Tail(path, hold=hold, chunk=100)
    found = read(tail)
    there, new = list(earlier), list[Json]()

    for change in changes:
        if change == "append":
            new.append(entry("new"))
            there.append(new[-1])
            append(path, encode(there[-1]))
        elif change == "replace":
            there = there[1:]
            replace(path, encode(*there))
        elif change == "rewrite":
            path.write_bytes(encode(entry("header"), *there))
            new.append(json.loads(path.read_bytes().split(b"\n")[0]))
            there.insert(0, new[-1])
        elif change == "truncate":
            there = []
            path.write_bytes(b"")
        elif change == "delete":
            there = []
            path.unlink(missing_ok=True)
        found += read(tail)
    tail.close()

    assert found == new


@HOLDING
def test_truncated(make: Make, path: Path, hold: bool) -> None:
    """A file that is cut and written on is read from its beginning, without what was given."""
    one, two = entry("one"), entry("two")
    tail = make(path, hold=hold)
    path.write_bytes(encode(one, entry("other")))
    read(tail)

    path.write_bytes(encode(one, two))

    assert read(tail) == [two]
    assert tail.counters.restarts == 1


@HOLDING
def test_grown_over(make: Make, path: Path, hold: bool) -> None:
    """One that was written anew, and is longer than before by the time we look, is noticed all the same."""
    one, two = entry("one"), entry("two")
    path.write_bytes(encode(one))
    tail = make(path, at_end=False, hold=hold)
    read(tail)

    path.write_bytes(encode(entry("header"), one, two))

    assert [found["message"]["content"][0]["thinking"] for found in read(tail)] == ["header", "two"]


@HOLDING
def test_replaced(make: Make, path: Path, hold: bool) -> None:
    """A compacted file keeps entries of before us: none of them is given, what is new is."""
    earlier, mine, new = entry("earlier"), entry("mine"), entry("new")
    path.write_bytes(encode(entry("dropped"), earlier))
    tail = make(path, hold=hold)
    append(path, encode(mine))
    assert read(tail) == [mine]

    replace(path, encode(earlier, mine, new))

    assert read(tail) == [new]


@pytest.mark.parametrize("leave", [Path.unlink, lambda path: path.rename(path.with_suffix(".reset"))])
def test_last_words(make: Make, path: Path, leave: Callable[[Path], object]) -> None:
    """What a file said after our last look isn't lost when it is renamed or deleted."""
    first, last, new = entry("first"), entry("last"), entry("new")
    tail = make(path)
    path.write_bytes(encode(first))
    read(tail)

    append(path, encode(last))
    leave(path)
    path.write_bytes(encode(new))

    assert read(tail) == [last, new]


@HOLDING
def test_half_replaced(make: Make, path: Path, hold: bool) -> None:
    """Half a line of a file that was replaced isn't glued to its successor's first."""
    tail = make(path, hold=hold)
    path.write_bytes(encode(entry("one"))[:30])
    read(tail)

    replace(path, encode(new := entry("new")))

    assert (read(tail), tail.counters.not_json) == ([new], 0)


@HOLDING
def test_deleted(make: Make, path: Path, hold: bool) -> None:
    """A file that goes and comes again, perhaps with the same number, is another file."""
    one, two = entry("one"), entry("two")
    tail = make(path, hold=hold)
    path.write_bytes(encode(one))
    read(tail)

    path.unlink()
    assert tail.look() is None
    path.write_bytes(encode(one, two))

    assert read(tail) == [two]


def test_same_number(make: Make, path: Path) -> None:
    """A file that took another's place between two looks is noticed, whatever its number and length."""
    one, two = entry("one"), entry("two")
    tail = make(path)
    path.write_bytes(encode(one))
    read(tail)

    path.unlink()
    path.write_bytes(encode(two))

    assert read(tail) == [two]


@HOLDING
def test_too_long(make: Make, path: Path, hold: bool) -> None:
    """A line over the limit is passed over and counted; what follows is read."""
    new = entry("new")
    tail = make(path, max_line=1000, chunk=100, hold=hold)

    path.write_bytes(encode(entry("x" * 5000), new))

    assert read(tail) == [new]
    assert tail.counters.too_long == 1


@pytest.mark.parametrize("line", [b"[1]", b"null", b"{", b'{"a":NaN}', b'"\xff"', b"\xef\xbb\xbf7"])
def test_not_json(make: Make, path: Path, line: bytes) -> None:
    """A line that is no JSON object is passed over and counted."""
    new = entry("new")
    tail = make(path)

    path.write_bytes(line + b"\n\n \r\n" + encode(new))

    assert read(tail) == [new]
    assert tail.counters.not_json == 1


def test_bounded(make: Make, path: Path) -> None:
    """A look reads no more than a chunk, and nothing that was read before but a short mark."""
    entries = [entry("x" * 300) for _ in range(20)]
    path.write_bytes(encode(*entries))
    tail = make(path, at_end=False, chunk=1000)

    looks = []
    while (found := tail.look()) is not None:
        looks.append(len(found))

    assert sum(looks) == 20
    assert max(looks) <= 3


def test_folder(make: Make, path: Path) -> None:
    """A folder in place of the file is an error, every time; a file in place of the folder is read."""
    path.mkdir()
    tail = make(path, at_end=False)

    for _ in range(2):
        with pytest.raises(IsADirectoryError):
            tail.look()
    path.rmdir()
    path.write_bytes(encode(new := entry("new")))

    assert read(tail) == [new]


def test_pipe(make: Make, path: Path) -> None:
    """A pipe in place of the file is an error; nobody waits for its writer."""
    os.mkfifo(path)

    with pytest.raises(OSError, match="seek") as caught:
        make(path, at_end=False).look()

    assert caught.value.errno == errno.ESPIPE


def test_link(make: Make, path: Path, tmp_path: Path) -> None:
    """A link in place of the file isn't followed: it may lead anywhere."""
    (tmp_path / "secret").write_bytes(encode(entry("secret")))
    path.symlink_to(tmp_path / "secret")

    with pytest.raises(OSError, match="symbolic") as caught:
        make(path, at_end=False).look()

    assert caught.value.errno == errno.ELOOP


def test_closed(make: Make, path: Path) -> None:
    """A tail that let go of its file goes on at the same place."""
    one, two = entry("one"), entry("two")
    path.write_bytes(encode(one))
    tail = make(path, at_end=False)
    read(tail)

    tail.close()
    append(path, encode(two))

    assert read(tail) == [two]
