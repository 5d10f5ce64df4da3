"""From the model's text to a prop."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propactor.core.errors import InvalidModelOutput
from propactor.core.events import Result
from propactor.core.prop import parser
from propactor.core.prop.part_reader import PartReader
from tests.core.modeltexts import COMPLETE, GARBAGE, NAME, TEXTS, huge, mutated

MESH = "<mesh><boxGeometry/></mesh>\n"
BOX = '{"type": "box", "args": [1, 1, 1], "color": "red"}'


def parse(text: str) -> Result:
    """Parse one of the texts."""
    return parser.parse(TEXTS[text], NAME)


def codes(result: Result) -> list[str]:
    """Return the codes of the diagnostics."""
    return [diagnostic.code for diagnostic in result.diagnostics]


@pytest.mark.parametrize("text", COMPLETE)
def test_parts(text: str) -> None:
    """In whatever shape the model writes the lamp, it has its twelve parts."""
    result = parse(text)

    assert result.parts == parse("plain").parts
    assert len(result.parts) == 12
    assert (result.name, result.filename, result.method) == (NAME, "MushroomLamp.tsx", "ai")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", []),
        ("said_before", []),
        ("fenced", []),
        ("inline", []),
        ("no_parts", ["PARTS_FROM_CODE"]),
        ("no_code", ["CODE_FROM_PARTS"]),
        ("bad_parts", ["PARTS_FROM_CODE", "BROKEN_JSON", "BROKEN_JSON", "BROKEN_JSON"]),
        ("bad_code", ["TSX_SYNTAX"]),
    ],
)
def test_diagnostics(text: str, expected: list[str]) -> None:
    """What is not as it should be is said."""
    assert codes(parse(text)) == expected


def test_code() -> None:
    """The code is the component, and nothing else."""
    assert parse("fenced").code == TEXTS["no_parts"]


def test_written_code() -> None:
    """Where the model wrote no component, the one written for it shows the same parts."""
    code = parse("no_code").code

    assert "export function MushroomLamp(" in code
    assert parser.parse(code, NAME).parts == parse("no_code").parts


def test_bad_part() -> None:
    """A bad part is dropped, and the diagnostic says which."""
    result = parser.parse(f"/* PARTS_DATA [{BOX}, {{}}, {BOX}] */", NAME)

    assert len(result.parts) == 2
    assert [(d.code, d.index) for d in result.diagnostics][1:] == [("INVALID_PART", 1)]


def test_more_meshes() -> None:
    """When the block lists fewer parts than the component shows, the component is right."""
    result = parser.parse(f"{MESH * 3}/* PARTS_DATA [{BOX}] */", NAME)

    assert len(result.parts) == 3
    assert "PARTS_FROM_CODE" in codes(result)


def test_as_many() -> None:
    """When both have as many, the block is right: it was written to be read."""
    result = parser.parse(f"{MESH}/* PARTS_DATA [{BOX}] */", NAME)

    assert [part.color for part in result.parts] == ["red"]


def test_second_attempt() -> None:
    """A model that starts over means what it said last."""
    result = parser.parse(
        f"{MESH}/* PARTS_DATA [{BOX}, {BOX}, {{}}] */\n{MESH}/* PARTS_DATA [{BOX}] */", NAME
    )

    assert len(result.parts) == 1
    assert "INVALID_PART" not in codes(result)


def test_failed_attempt() -> None:
    """A second attempt that comes to nothing doesn't take away what the first gave."""
    result = parser.parse(f"/* PARTS_DATA [{BOX}] */ /* PARTS_DATA [{{}}] */", NAME)

    assert len(result.parts) == 1
    assert codes(result) == ["CODE_FROM_PARTS", "INVALID_PART"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "neither"),
        (TEXTS["prose"], "neither"),
        ("/* PARTS_DATA [{}, {}] */", "none of the 2 parts .* the first: type must be"),
        ("<mesh></mesh>", "no geometry"),
    ],
)
def test_no_prop(text: str, message: str) -> None:
    """Without a valid part there is no prop."""
    with pytest.raises(InvalidModelOutput, match=message):
        parser.parse(text, NAME)


def test_many() -> None:
    """A prop of hundreds of parts is read like any other; from five hundred on they are dropped."""
    assert len(parser.parse(huge(240), NAME).parts) == 240
    assert codes(parser.parse(huge(240), NAME)) == []
    assert len(parser.parse(huge(510), NAME).parts) == 500
    assert codes(parser.parse(huge(510), NAME)) == ["TOO_MANY_PARTS"]


def test_many_diagnostics() -> None:
    """Nobody reads a thousand diagnostics."""
    result = parser.parse(f"/* PARTS_DATA [{BOX}{'{}' * 99}] */", NAME)

    assert len(result.diagnostics) == parser.MAX_DIAGNOSTICS + 1
    assert result.diagnostics[-1].message == "50 more"


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "shard",
    ["<mesh>", "<mesh a={", "{", "a<b,", "x:A|", "/*", "import {\n", "```tsx\n", "\n", ": ", "<mesh color='"],
)
def test_nonsense(shard: str) -> None:
    """Half a megabyte of nonsense takes no longer than half a megabyte."""
    result = parser.parse(MESH + (shard * 500_000)[:500_000], NAME)

    assert result.parts


@settings(max_examples=150, deadline=None)
@given(
    GARBAGE
    | mutated()
    | st.builds(lambda text, end: text[:end], st.sampled_from(sorted(TEXTS.values())), st.integers(0, 5000))
)
def test_anything(text: str) -> None:
    """Whatever the model says, the answer is a prop or that there is none."""
    try:
        result = parser.parse(text, NAME)
    except InvalidModelOutput:
        assert not any(reading.part for reading in PartReader().feed(text))
    else:
        assert result.parts
        assert result.code
