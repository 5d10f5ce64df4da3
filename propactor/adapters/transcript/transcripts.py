"""The transcripts under a gateway's state directory."""

import os
from pathlib import Path

from propactor.adapters.transcript.follow import Follow, Take
from propactor.adapters.transcript.sessions import Sessions
from propactor.adapters.transcript.tail import MAX_LINE
from propactor.adapters.transcript.watch import Waker, Watch, watched
from propactor.core.errors import TailerFault

POLL = 0.25
"""Seconds between two looks when nobody tells of a change."""


class Transcripts:
    """Follows sessions; those of one agent share a watcher and a map of sessions."""

    def __init__(
        self,
        state_dir: Path,
        *,
        poll: float = POLL,
        max_line: int = MAX_LINE,
        waker: Waker = watched,
    ) -> None:
        self._state_dir = state_dir.expanduser()
        self._poll, self._max_line, self._waker = poll, max_line, waker
        self._agents: dict[str, tuple[Sessions, Watch]] = {}

    def problem(self) -> Exception | None:
        """Return why the folder can't be read at all, or None when it can."""
        try:
            with os.scandir(self._state_dir) as entries:
                next(entries, None)
        except OSError as exc:
            return TailerFault(f"the gateway's state directory can't be read: {exc.strerror}")
        return None

    def follow(self, agent_id: str, session_key: str, take: Take) -> Follow:
        """Follow a session, which need not exist yet; nothing happens before `Follow.start`."""
        sessions, watch = self._agent(agent_id)
        return Follow(sessions, watch, session_key, take, poll=self._poll, max_line=self._max_line)

    def _agent(self, agent_id: str) -> tuple[Sessions, Watch]:
        if agent_id not in self._agents:
            sessions = Sessions(self._state_dir, agent_id)
            self._agents[agent_id] = sessions, Watch(sessions.folder, self._waker)
        return self._agents[agent_id]
