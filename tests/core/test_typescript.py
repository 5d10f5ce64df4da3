"""TypeScript that says what the Python classes say."""

from pathlib import Path

import pytest

from propactor.core.errors import GenerationTimeout
from propactor.core.events import CLASSES, FIELDS, KINDS, Event
from propactor.core.machine import GENERATION
from propactor.core.typescript import UNSENT, schema, written

COMMITTED = Path(__file__).parents[2] / "propactor" / "ui" / "client" / "events.ts"


def test_committed() -> None:
    """The page is built on today's events: `propactor schema --out propactor/ui/client/events.ts`."""
    assert COMMITTED.read_text(encoding="utf-8") == schema()


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: KINDS[cls])
def test_events(cls: type[Event]) -> None:
    """Each event is an interface with every field that is sent, under its name on the wire."""
    _, _, rest = schema().partition(f"export interface {cls.__name__} extends Envelope {{\n")
    body, _, _ = rest.partition("\n}\n")
    names = {line.strip().partition(":")[0].rstrip("?") for line in body.splitlines()}

    assert names - {"kind"} == {on_the_wire for name, on_the_wire in FIELDS[cls] if name not in UNSENT}


def test_table() -> None:
    """Every row of the generation's table is there."""
    text = schema()

    assert all(
        f'{{ trigger: "{row.trigger}", source: "{row.source}", dest: "{row.dest}" }}' in text
        for row in GENERATION.rows
    )


def test_codes() -> None:
    """The codes are ours: who derives an error elsewhere doesn't change the page."""

    class Foreign(GenerationTimeout):
        code = "FOREIGN"

    assert '"GEN_TIMEOUT"' in schema()
    assert Foreign.code not in schema()


@pytest.mark.parametrize(
    ("hint", "said"),
    [
        (str | None, "string | null"),
        (tuple[int, ...], "readonly number[]"),
        (tuple[float, str], "readonly [number, string]"),
    ],
)
def test_types(hint: object, said: str) -> None:
    """Unions, lists and tuples have their own ways of being written."""
    assert written(hint) == said


@pytest.mark.parametrize("hint", [bytes, dict[str, int]])
def test_no_rule(hint: object) -> None:
    """A type nobody has thought of is an error, not an ``any``."""
    with pytest.raises(TypeError, match="no TypeScript"):
        written(hint)
