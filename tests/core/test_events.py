"""Events: one class each, and every name derived from it."""

import dataclasses
import typing

import pytest

from propactor.core.events import CLASSES, FIELDS, KINDS, Event, Progress, ToolCall, camel, snake


def test_all_listed() -> None:
    """Every class of the union is listed, named and described; nothing else is."""
    assert set(typing.get_args(Event)) == set(CLASSES) == set(KINDS) <= set(FIELDS)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_class(cls: type[Event]) -> None:
    """An event can't be changed, takes no more memory than its fields, and documents itself."""
    assert issubclass(cls, tuple) or cls.__dataclass_params__.frozen  # type: ignore[union-attr]
    assert not hasattr(cls, "__dict__") or "__slots__" in vars(cls)
    assert (cls.__doc__ or "").strip().endswith(".")
    assert [attr for attr, _ in FIELDS[cls]] == list(cls.__match_args__)


def test_names() -> None:
    """A class is named alike in Python, on the wire and in JSON."""
    assert KINDS[ToolCall] == snake("ToolCall") == "tool_call"
    assert dict(FIELDS[ToolCall])["tool_call_id"] == camel("tool_call_id") == "toolCallId"
    assert camel("phase") == "phase"


def test_kinds() -> None:
    """The names are those of the contract."""
    told = "started thinking tool_call tool_result text_delta part progress result error done"

    assert list(KINDS.values()) == told.split()


def test_frozen() -> None:
    """An event that happened stays as it was."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Progress("streaming").phase = "queued"  # type: ignore[misc]  # that is the point
