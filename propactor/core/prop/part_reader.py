"""The parts in a model's text, read in one pass: those of its meshes and those of its PARTS_DATA block."""

import json
from dataclasses import dataclass
from typing import Literal

from propactor.core.prop import meshes
from propactor.core.prop.part import MAX_PARTS, InvalidPart, Part, part_from
from propactor.core.prop.scanner import Scanner

Origin = Literal["mesh", "block"]
MAX_CANDIDATES = 2 * MAX_PARTS
"""How many elements of a list are looked at, so that endless nonsense costs little."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an element is no part."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One element of a list, read: a part with its ``index`` among the valid ones, or a problem.

    ``position`` is the element's place among all. A list begins anew when it is zero again.
    """

    origin: Origin
    position: int
    index: int
    part: Part | None = None
    problem: Problem | None = None

    @property
    def lost(self) -> int:
        """Return how many elements of the list before this one were no parts."""
        return self.position - self.index


class _Tally:
    """Numbers the elements of one list, and stops looking when there are too many."""

    __slots__ = ("_full", "_index", "_origin", "_position")

    def __init__(self, origin: Origin) -> None:
        self._origin = origin
        self._position = 0
        self._index = 0
        self._full = False

    def read(self, value: object) -> Reading:
        """Check an element that could be read at all."""
        try:
            return self._number(part=part_from(value))
        except InvalidPart as exc:
            return self.refuse("INVALID_PART", str(exc))

    def refuse(self, code: str, message: str) -> Reading:
        """Number an element that is no part."""
        return self._number(problem=Problem(code, message))

    def full(self, found: list[Reading]) -> bool:
        """Say whether the list may not grow any more, and note so among what was found, once."""
        if self._index < MAX_PARTS and self._position < MAX_CANDIDATES:
            return False
        if not self._full:
            self._full = True
            found.append(self.refuse("TOO_MANY_PARTS", f"only the first {self._index} parts are kept"))
        return True

    def _number(self, part: Part | None = None, problem: Problem | None = None) -> Reading:
        reading = Reading(self._origin, self._position, self._index, part, problem)
        self._position += 1
        self._index += part is not None
        return reading


class PartReader:
    """Reads the text piece by piece, both lists at once. How it is cut makes no difference."""

    __slots__ = ("_behind_block", "_block", "_found", "_mesh", "_meshes", "_scanner")

    def __init__(self) -> None:
        self._scanner = Scanner()
        self._mesh: meshes.Mesh | None = None
        self._meshes = _Tally("mesh")
        self._block = _Tally("block")
        self._behind_block = False
        self._found: list[Reading] = []

    def feed(self, text: str) -> list[Reading]:
        """Take the next piece of the text, and return what was completed by it."""
        self._found = []
        self._scanner.feed(text, self)
        return self._found

    @property
    def endings(self) -> tuple[str, str]:
        """Return two characters: text that holds neither completes nothing, and may wait."""
        return self._scanner.endings

    def tag(self, text: str) -> bool:
        """Take a tag: it begins a mesh, belongs to the open one, or closes it."""
        name = meshes.name_of(text)
        if name == "mesh" and not text.startswith("</"):
            self._finish_mesh()
            self._mesh = meshes.Mesh(text)
        elif self._mesh is not None:
            self._mesh.take(name, text)
        if self._mesh is not None and self._mesh.complete:
            self._finish_mesh()
        return self._mesh is not None

    def block(self) -> None:
        """Begin a list anew. A mesh that is still open will not be closed any more."""
        self._mesh = None
        self._block = _Tally("block")
        self._behind_block = True

    def element(self, text: str) -> None:
        """Take an object of the block."""
        if self._block.full(self._found):
            return
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            self._found.append(self._block.refuse("BROKEN_JSON", f"not JSON: {text[:60]}"))
        else:
            self._found.append(self._block.read(value))

    def fragment(self) -> None:
        """Take note of an object without an end."""
        if not self._block.full(self._found):
            self._found.append(self._block.refuse("BROKEN_JSON", "an object has no end"))

    def _finish_mesh(self) -> None:
        """Read the open mesh, if there is one. Meshes behind a block belong to another attempt."""
        mesh, self._mesh = self._mesh, None
        if mesh is None:
            return
        if self._behind_block:
            self._meshes, self._behind_block = _Tally("mesh"), False
        if not self._meshes.full(self._found):
            self._found.append(self._read(mesh))

    def _read(self, mesh: meshes.Mesh) -> Reading:
        value = mesh.part()
        if value is None:
            return self._meshes.refuse("INVALID_PART", "no geometry is written inside the mesh")
        return self._meshes.read(value)
