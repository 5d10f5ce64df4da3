"""Parts are checked once, at the border."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propactor.core.prop.part import TYPES, InvalidPart, Part, part_from

BOX = {"type": "box", "position": [0, 1, -2], "args": [1, 2, 3], "color": "#ABC"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
SMALL = st.integers(1, 100)
PLACE = st.lists(st.integers(-100, 100) | st.floats(-100, 100), min_size=3, max_size=3)


def test_part() -> None:
    """A part is what was said, its colour in one spelling, and it doesn't glow unless told."""
    part = part_from({**BOX, "note": {"by": "a model"}})

    assert part == Part("box", (0, 1, -2), (1, 2, 3), "#aabbcc", emissive=False, rotation=None)


def test_all() -> None:
    """A part may be turned and may glow."""
    part = part_from({**BOX, "rotation": [0, 0.5, 0], "emissive": True})

    assert part.rotation == (0, 0.5, 0)
    assert part.emissive


@pytest.mark.parametrize("absent", [{}, {"position": None, "rotation": None}])
def test_origin(absent: dict[str, object]) -> None:
    """A part without a place stands in the middle."""
    part = part_from({"type": "sphere", "args": [1], "color": "red", **absent})

    assert part.position == (0, 0, 0)
    assert part.rotation is None


@pytest.mark.parametrize(
    ("kind", "args"),
    [
        ("box", [1, 2, 3, 4, 5, 6]),
        ("cylinder", [0, 1, 2, 8, 1, 0, 0, 6.28]),
        ("sphere", [1, 32, 16.0, 0, 6.28, 0, 3.14]),
        ("cone", [1, 2, 8, 1, 1, -1, 6.28]),
        ("torus", [1, 0.4, 8, 24, 3.14]),
    ],
)
def test_args(kind: str, args: list[float]) -> None:
    """Each geometry takes what its constructor in three.js takes, and not one more."""
    assert part_from({**BOX, "type": kind, "args": args}).args == tuple(args)

    with pytest.raises(InvalidPart, match=f"args of a {kind}"):
        part_from({**BOX, "type": kind, "args": [*args, 0]})


@pytest.mark.parametrize(
    ("kind", "least"), [("box", 3), ("cylinder", 1), ("sphere", 1), ("cone", 1), ("torus", 2)]
)
def test_least(kind: str, least: int) -> None:
    """What a geometry can't do without must be there."""
    assert part_from({**BOX, "type": kind, "args": [1] * least}).type == kind

    with pytest.raises(InvalidPart, match=f"must be {least} to"):
        part_from({**BOX, "type": kind, "args": [1] * (least - 1)})


def test_open_ended() -> None:
    """A tube may be said to be open with a word; it is kept as a number."""
    part = part_from({**BOX, "type": "cylinder", "args": [1, 1, 2, 8, 1, True]})

    assert json.dumps(part.args) == "[1, 1, 2, 8, 1, 1]"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"type": "pyramid"}, "not 'pyramid'"),
        ({"type": ["box"]}, "type must be one of box, cylinder, sphere, cone, torus$"),
        ({"position": [0, 1]}, "position must be three numbers"),
        ({"position": "0 1 2"}, "position must be three numbers"),
        ({"position": [0, 1, 101]}, "from -100 to 100"),
        ({"position": [0, 1, float("nan")]}, "from -100 to 100"),
        ({"position": [0, 1, 10**400]}, "from -100 to 100"),
        ({"position": [0, True, 0]}, "from -100 to 100"),
        ({"rotation": [0, 1]}, "rotation must be three numbers"),
        ({"args": None}, "args of a box must be 3 to 6 numbers"),
        ({"args": [1, 0, 1]}, r"args\[1\] of a box must be a number above 0"),
        ({"args": [1, 1, float("inf")]}, r"args\[2\]"),
        ({"args": [1, 1, "1"]}, r"args\[2\]"),
        ({"args": [True, 1, 1]}, r"args\[0\]"),
        ({"args": [1, 1, 1, 2.5]}, r"args\[3\] of a box must be a whole number from 1 to 512"),
        ({"args": [1, 1, 1, 513]}, r"args\[3\]"),
        ({"type": "cylinder", "args": [-1, 1, 1]}, r"args\[0\] of a cylinder must be a number from 0"),
        ({"type": "cylinder", "args": [0, 0, 1]}, "a radius above 0"),
        ({"type": "cylinder", "args": [1, 1, 1, 8, 1, 0.5]}, "true or false"),
        ({"type": "sphere", "args": [1, 8, 8, 200]}, "an angle"),
        ({"color": "blurple"}, "color must be"),
        ({"color": 255}, "color must be"),
        ({"emissive": "yes"}, "emissive must be"),
        ({"emissive": 1}, "emissive must be"),
    ],
)
def test_invalid(change: dict[str, Any], message: str) -> None:
    """What three.js could not draw is refused, and the message says why."""
    with pytest.raises(InvalidPart, match=message):
        part_from({**BOX, **change})


@pytest.mark.parametrize("value", [None, [], "box", 1])
def test_no_object(value: object) -> None:
    """A part is an object."""
    with pytest.raises(InvalidPart, match="must be an object"):
        part_from(value)


@settings(deadline=None)
@given(JSON, JSON, JSON)
def test_anything(value: object, position: object, args: object) -> None:
    """Whatever is said, the answer is a part or a reason."""
    for said in (value, {**BOX, "position": position, "args": args, "color": value}):
        with suppress(InvalidPart):
            assert isinstance(part_from(said), Part)


@settings(deadline=None)
@given(
    st.sampled_from(TYPES), st.lists(SMALL, min_size=3, max_size=4), PLACE, st.none() | PLACE, st.booleans()
)
def test_round_trip(
    kind: str, args: list[int], place: list[float], turn: list[float] | None, emissive: bool
) -> None:
    """A part is accepted again as the JSON it became."""
    part = part_from(
        {**BOX, "type": kind, "args": args, "position": place, "rotation": turn, "emissive": emissive}
    )

    assert part_from(json.loads(json.dumps(part.as_json()))) == part
