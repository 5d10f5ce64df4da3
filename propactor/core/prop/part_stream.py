"""The parts of a prop while the model still writes it: each told the moment its text is complete."""

from collections.abc import Sequence

from propactor.core import events
from propactor.core.prop import part
from propactor.core.prop.part_reader import PartReader, Reading
from propactor.core.text import FEW

_NOTHING: Sequence[events.Part] = ()
_MOST_HELD = 4096
"""Characters, and as many pieces as the text itself is held in, that are put aside.

More would be a second copy of the text.
"""


class PartStream:
    """Tells of parts as their text comes in, each once, and of those that turn out otherwise.

    Nearly every piece completes nothing, so a piece is only put aside until one may end something;
    then all that was put aside is read, once.
    """

    __slots__ = (
        *("_ending", "_held", "_listed", "_lost_meshes", "_meshes", "_other_ending", "_pieces", "_reader"),
        "_sent",
    )

    def __init__(self) -> None:
        self._sent: list[part.Part] = []
        self._start()

    def _start(self) -> None:
        self._reader = PartReader()
        self._ending, self._other_ending = self._reader.endings
        self._pieces: list[str] = []
        self._held = 0
        self._meshes = self._lost_meshes = self._listed = 0

    def feed(self, delta: str) -> Sequence[events.Part]:
        """Take the next piece of the text, and return the parts it completes."""
        self._pieces.append(delta)
        if self._ending in delta or self._other_ending in delta:
            return self._read()
        self._held += len(delta)
        return _NOTHING if self._held < _MOST_HELD and len(self._pieces) <= FEW else self._read()

    def reset(self) -> None:
        """Start over, as the text does. What was sent stays sent, until other parts take its place."""
        self._start()

    def settle(self, parts: Sequence[part.Part]) -> Sequence[events.Part]:
        """Return what makes the parts that were sent the final list, which they are from now on."""
        told = [event for index, part in enumerate(parts) if (event := self._tell(index, part))]
        beyond = range(len(self._sent) - 1, len(parts) - 1, -1)
        told += [events.Part(index, None, superseded=True) for index in beyond]
        del self._sent[len(parts) :]
        return told

    def _read(self) -> Sequence[events.Part]:
        """Read what was put aside."""
        text = "".join(self._pieces)
        self._pieces.clear()
        self._held = 0
        told = [event for reading in self._reader.feed(text) if (event := self._weigh(reading))]
        self._ending, self._other_ending = self._reader.endings
        return told or _NOTHING

    def _weigh(self, reading: Reading) -> events.Part | None:
        """Return what to tell of a reading: the block's word counts more than the mesh's."""
        if reading.part is None:
            return None
        stale = self._outdoes_mesh(reading) if reading.origin == "block" else self._outdone(reading)
        return None if stale else self._tell(reading.index, reading.part)

    def _outdone(self, mesh: Reading) -> bool:
        """Note a mesh, and say whether the block has spoken about its index already."""
        self._meshes, self._lost_meshes = mesh.index + 1, mesh.lost
        return mesh.index < self._listed

    def _outdoes_mesh(self, element: Reading) -> bool:
        """Note an element of the block, and say whether to keep it back.

        When the block lost more elements than the meshes did, its numbers are off and the meshes
        probably make the final list. To replace parts by their neighbours, and back again, helps nobody.
        """
        self._listed = element.index + 1
        return element.lost > self._lost_meshes and element.index < self._meshes

    def _tell(self, index: int, part: part.Part) -> events.Part | None:
        """Return the event for a part, unless it was sent as it is."""
        if index == len(self._sent):
            self._sent.append(part)
            return events.Part(index, part)
        if self._sent[index] == part:
            return None
        self._sent[index] = part
        return events.Part(index, part, superseded=True)
