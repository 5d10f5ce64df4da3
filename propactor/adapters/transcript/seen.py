"""Which entries were seen already, so that a file read anew gives none of them again."""

LIMIT = 100_000
"""Ids kept. A file that is written anew keeps its newest entries, so the oldest ids are forgotten first."""


class Seen:
    """The ids of the newest entries."""

    __slots__ = ("_ids", "_limit")

    def __init__(self, limit: int = LIMIT) -> None:
        self._ids: dict[str, None] = {}
        self._limit = limit

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, entry_id: object) -> bool:
        """Note an id, and tell whether it is new; an entry without one always is."""
        if not isinstance(entry_id, str):
            return True
        if entry_id in self._ids:
            return False
        self._ids[entry_id] = None
        if len(self._ids) > self._limit:
            del self._ids[next(iter(self._ids))]
        return True
