"""Diagrams that say what the tables say."""

import re

from hypothesis import given
from hypothesis import strategies as st

from propactor.core.diagram import mermaid
from propactor.core.machine import GENERATION, Row, Table

ARROW = re.compile(r"^    (\S+) --> (\S+) : (.+)$", re.MULTILINE)
WORDS = st.from_regex(r"[a-z]{1,3}", fullmatch=True)
TABLES = st.builds(
    Table,
    st.just("any"),
    WORDS,
    WORDS,
    st.lists(st.builds(Row, WORDS, WORDS, WORDS), unique=True, max_size=12).map(tuple),
)


def drawn(text: str) -> list[Row]:
    """Read a diagram back into rows."""
    return [
        Row(trigger, source, dest)
        for source, dest, label in ARROW.findall(text)
        for trigger in label.split(", ")
    ]


@given(TABLES)
def test_rows(table: Table) -> None:
    """Every row of a table is in its diagram once, and nothing else is."""
    text = mermaid(table)

    assert sorted(drawn(text)) == sorted(table.rows)


@given(TABLES)
def test_arrows(table: Table) -> None:
    """Two states have one arrow in each direction at most, however many triggers there are."""
    arrows = [(source, dest) for source, dest, _ in ARROW.findall(mermaid(table))]

    assert len(arrows) == len(set(arrows))


def test_ends() -> None:
    """A diagram begins in the initial state and ends in the final one."""
    first, begin, *_, end = mermaid(GENERATION).splitlines()

    assert first == "stateDiagram-v2"
    assert (begin.strip(), end.strip()) == ("[*] --> started", "done --> [*]")


def test_shared_arrow() -> None:
    """Triggers between the same two states are one arrow with both names."""
    assert "    started --> streaming : stream, fall_back\n" in mermaid(GENERATION)
