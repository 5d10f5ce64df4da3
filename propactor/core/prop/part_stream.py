"""The parts of a prop while the model still writes it: each told the moment its text is complete."""

from collections.abc import Sequence

from propactor.core import events
from propactor.core.prop import part
from propactor.core.prop.part_reader import PartReader, Reading

_NOTHING: Sequence[events.Part] = ()


class PartStream:
    """Tells of parts as their text comes in, each once, and of those that turn out otherwise.

    Nearly every piece completes nothing: text that holds neither of the two ``endings`` may wait, and be
    read with what follows it.
    """

    __slots__ = (*("_listed", "_lost_meshes", "_meshes", "_reader", "_sent"),)

    def __init__(self) -> None:
        self._sent: list[part.Part] = []
        self._start()

    def _start(self) -> None:
        self._reader = PartReader()
        self._meshes = self._lost_meshes = self._listed = 0

    @property
    def endings(self) -> tuple[str, str]:
        """Return two strings: text that holds neither completes nothing."""
        return self._reader.endings

    def feed(self, text: str) -> Sequence[events.Part]:
        """Take the next piece of the text, and return the parts it completes."""
        told = [event for reading in self._reader.feed(text) if (event := self._weigh(reading))]
        return told or _NOTHING

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
