"""JSON in and out, with and without the fast library."""

import json
import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from propactor.core.prop.part import Part
from tests.core.strategies import PAIR, TEXT

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, width=32)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=10,
)
FINITE = VALUES.filter(lambda value: "inf" not in repr(value))


def without_orjson() -> ModuleType:
    """Load the module once more, as if orjson weren't installed."""
    spec = find_spec("propactor.core.jsontext")
    assert spec is not None
    assert spec.loader is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "orjson", None)
        spec.loader.exec_module(module := module_from_spec(spec))
    return module


@pytest.fixture(params=["orjson", "json"], scope="module")
def jsontext(request: pytest.FixtureRequest) -> ModuleType:
    """Return the module with orjson, then without."""
    return import_module("propactor.core.jsontext") if request.param == "orjson" else without_orjson()


@given(value=FINITE)
@example(value=PAIR)
def test_round_trip(jsontext: ModuleType, value: object) -> None:
    """What goes out comes back, half surrogate pairs too, and is one line."""
    data = jsontext.dumps(value)

    assert jsontext.loads(data) == json.loads(data) == json.loads(json.dumps(value))
    assert b"\n" not in data
    assert b"\r" not in data


def test_text_or_bytes(jsontext: ModuleType) -> None:
    """Both can be read."""
    assert jsontext.loads('{"a":1}') == jsontext.loads(b'{"a":1}') == {"a": 1}


def test_as_json(jsontext: ModuleType) -> None:
    """An object that knows its JSON is asked for it, beside half a surrogate pair too."""
    part = Part("sphere", (0, 1, 0), (0.5,), "#ff0000")

    assert jsontext.loads(jsontext.dumps([part, "\ud83d"])) == [json.loads(jsontext.dumps(part)), "\ud83d"]


def test_unknown_object(jsontext: ModuleType) -> None:
    """What can't be JSON is refused by name."""
    with pytest.raises(TypeError, match="complex is not JSON"):
        jsontext.dumps({"number": 1j})


@pytest.mark.parametrize("text", ["", "{", "NaN", "[Infinity]", "-Infinity", b"\xff", "[" * 100_000])
def test_not_json(jsontext: ModuleType, text: str | bytes) -> None:
    """What isn't JSON is one kind of error, however deep it is nested."""
    with pytest.raises(ValueError, match=r"."):
        jsontext.loads(text)
