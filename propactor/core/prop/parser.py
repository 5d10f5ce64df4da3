"""The model's whole text → the finished prop: its parts, its component, and remarks on both."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from propactor.core.errors import InvalidModelOutput
from propactor.core.events import Diagnostic, Result
from propactor.core.prop import component, extract_code, tsx
from propactor.core.prop.part import Part, Prop
from propactor.core.prop.part_reader import PartReader, Reading

MAX_DIAGNOSTICS = 50


@dataclass(slots=True)
class _List:
    """The parts one place of the text gave, and what went wrong with others."""

    parts: list[Part] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)

    def add(self, reading: Reading) -> None:
        """Take the next reading. Another attempt begins at 0, and its first part clears the last one's."""
        if reading.position == 0:
            self.problems.clear()
        if reading.part is not None:
            self.parts[reading.index :] = [reading.part]
        if reading.problem is not None:
            self.problems.append(Diagnostic(reading.problem.code, reading.problem.message, reading.position))


def parse(text: str, name: str) -> Result:
    """Return the prop a model wrote. The parts come from where there are more of them, block or meshes.

    Raises:
        InvalidModelOutput: there is no valid part in the text.
    """
    block, meshes = _lists(text)
    listed = bool(block.parts) and len(block.parts) >= len(meshes.parts)
    parts = tuple(block.parts if listed else meshes.parts)
    if not parts:
        raise InvalidModelOutput(_why_nothing(block, meshes))
    notes = block.problems if listed else [_why_meshes(block, meshes), *block.problems, *meshes.problems]
    code, remarks = _component(text, Prop(name, parts))
    return Result(name, f"{name}.tsx", code, parts, "ai", _some([*remarks, *notes]))


def _component(text: str, prop: Prop) -> tuple[str, Sequence[Diagnostic]]:
    """Return the component and what is to be said about it; where the model wrote none, we do."""
    if code := extract_code.component(text):
        return code, tuple(component.check(code, prop.name))
    return tsx.write(prop), (Diagnostic("CODE_FROM_PARTS", "no component found: written from the parts"),)


def _lists(text: str) -> tuple[_List, _List]:
    """Read the block and the meshes."""
    lists = {"block": _List(), "mesh": _List()}
    for reading in PartReader().feed(text):
        lists[reading.origin].add(reading)
    return lists["block"], lists["mesh"]


def _why_meshes(block: _List, meshes: _List) -> Diagnostic:
    """Say why the parts are not the block's."""
    why = (
        f"the PARTS_DATA block gave {len(block.parts)}" if block.problems else "there is no PARTS_DATA block"
    )
    return Diagnostic("PARTS_FROM_CODE", f"{len(meshes.parts)} parts read from the meshes: {why}")


def _why_nothing(block: _List, meshes: _List) -> str:
    problems = [*block.problems, *meshes.problems]
    if not problems:
        return "the model wrote neither a PARTS_DATA block nor meshes"
    return f"none of the {len(problems)} parts the model wrote is valid; the first: {problems[0].message}"


def _some(diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return as many as a person will read, the last saying how many there are beyond."""
    beyond = len(diagnostics) - MAX_DIAGNOSTICS
    if beyond <= 0:
        return tuple(diagnostics)
    return (*diagnostics[:MAX_DIAGNOSTICS], Diagnostic("MORE_DIAGNOSTICS", f"{beyond} more"))
