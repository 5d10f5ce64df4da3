"""The events as TypeScript: types, names, error codes and the generation's table, made from the classes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from inspect import Parameter, getdoc, signature
from itertools import chain
from types import NoneType, UnionType
from typing import Literal, Union, get_args, get_origin, get_type_hints

from propactor.core.entries import NAMED_BY_KIND
from propactor.core.errors import PropactorError, error_classes
from propactor.core.events import CLASSES, KINDS, Diagnostic, FallbackReason, Stats, camel
from propactor.core.machine import GENERATION, Table
from propactor.core.prop import part

NESTED: tuple[type, ...] = (part.Part, Diagnostic, FallbackReason, Stats)
UNSENT = frozenset({"at"})
_NAMES: Mapping[type, str] = {part.Part: "PropPart"}
_SIMPLE: Mapping[object, str] = {
    str: "string", int: "number", float: "number", bool: "boolean", object: "unknown", NoneType: "null",
}  # fmt: skip
_HEAD = """\
// Made from the Python classes by `propactor schema`; a test compares. Edit those, not this.

/** What every event carries; `seq` is also the id of its frame, `ts` is in milliseconds. */
export interface Envelope {
  requestId: string;
  seq: number;
  ts: number;
}
"""


def schema() -> str:
    """Return the whole module."""
    blocks = chain(
        [_HEAD],
        (_interface(cls) for cls in NESTED),
        (_interface(cls, kind=KINDS[cls]) for cls in CLASSES),
        [_map(), _codes(), _table(GENERATION)],
    )
    return "\n".join(blocks)


def _interface(cls: type, kind: str | None = None) -> str:
    """Write one class."""
    above = " extends Envelope" if kind else ""
    own = [f"kind: {_quoted(kind)};"] if kind in NAMED_BY_KIND and kind else []
    lines = "".join(f"  {line}\n" for line in chain(own, _members(cls)))
    return f"{_comment(cls)}export interface {_name(cls)}{above} {{\n{lines}}}\n"


def _comment(cls: type) -> str:
    text = " ".join((getdoc(cls) or "").replace("``", "`").split())
    return f"/** {text} */\n"


def _members(cls: type) -> Iterator[str]:
    """Write the fields, whether they are those of a dataclass or of a named tuple."""
    hints = get_type_hints(cls)
    for name, parameter in signature(cls).parameters.items():
        if name not in UNSENT:
            yield _member(parameter, hints[name])


def _member(field: Parameter, hint: object) -> str:
    """Write one field; what may be None and is so by default is left out of the event instead."""
    optional = field.default is None
    mark = "?" if optional else ""
    return f"{camel(field.name)}{mark}: {written(hint, without_none=optional)};"


def written(hint: object, *, without_none: bool = False) -> str:
    """Write a Python type as TypeScript.

    Raises:
        TypeError: there is no rule for it.
    """
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if isinstance(hint, type) and hint in NESTED:
        return _name(hint)
    arguments = get_args(hint)
    match get_origin(hint):
        case origin if origin is Literal:
            return " | ".join(map(_quoted, arguments))
        case origin if origin in (Union, UnionType):
            return " | ".join(written(one) for one in arguments if not (without_none and one is NoneType))
        case origin if origin is tuple:
            return _tuple(arguments)
    raise TypeError(f"no TypeScript for {hint!r}")


def _tuple(arguments: Sequence[object]) -> str:
    if arguments[-1] is ...:
        return f"readonly {written(arguments[0])}[]"
    return f"readonly [{', '.join(map(written, arguments))}]"


def _name(cls: type) -> str:
    return _NAMES.get(cls, cls.__name__)


def _quoted(value: object) -> str:
    return f'"{value}"'


def _map() -> str:
    """Write which name on the wire has which type."""
    rows = "".join(f"  {KINDS[cls]}: {_name(cls)};\n" for cls in CLASSES)
    names = _list(KINDS.values())
    return (
        f"/** The events by their names on the wire. */\nexport interface Events {{\n{rows}}}\n\n"
        "export type EventName = keyof Events;\n\n"
        "/** One event with its name. */\n"
        "export type StreamEvent = { [K in EventName]: { name: K; data: Events[K] } }[EventName];\n\n"
        f"export const EVENT_NAMES: readonly EventName[] = {names};\n"
    )


def _codes() -> str:
    """Write the codes that errors can have."""
    codes = sorted({cls.code for cls in error_classes() if cls.__module__ == PropactorError.__module__})
    return f"export const ERROR_CODES = {_list(codes)} as const;\n"


def _table(table: Table) -> str:
    """Write a table of states as data."""
    rows = "".join(
        f"    {{ trigger: {_quoted(row.trigger)}, source: {_quoted(str(row.source))}, "
        f"dest: {_quoted(str(row.dest))} }},\n"
        for row in table.rows
    )
    states = " | ".join(_quoted(str(state)) for state in table.states)
    return (
        f"export type State = {states};\n\n"
        "/** What can happen to a generation: the very table that the service runs. */\n"
        "export const GENERATION: {\n  initial: State;\n  final: State;\n"
        "  rows: readonly { trigger: string; source: State; dest: State }[];\n} = {\n"
        f'  initial: "{table.initial}",\n  final: "{table.final}",\n  rows: [\n{rows}  ],\n}};\n'
    )


def _list(values: Iterable[object]) -> str:
    lines = "".join(f"  {_quoted(value)},\n" for value in values)
    return f"[\n{lines}]"
