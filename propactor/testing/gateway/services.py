"""What the parts of a fake gateway share, among it what has happened so far, for tests to look at."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from propactor.testing.gateway.connections import Connections
from propactor.testing.gateway.profile import Profile
from propactor.testing.gateway.scheduler import Scheduler
from propactor.testing.gateway.session_store import SessionStore


class Request(NamedTuple):
    """A request that came, and when, on the clock of ``time.monotonic``."""

    method: str
    params: Mapping[str, Any]
    at: float


class Activity:
    """Keeps the requests that came and the ids of the runs that were aborted."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.aborted: list[str] = []
        self._changed = asyncio.Event()

    def add_request(self, method: str, params: Mapping[str, Any]) -> None:
        """Keep a request."""
        self.requests.append(Request(method, params, time.monotonic()))
        self.notify()

    def add_abort(self, run_id: str) -> None:
        """Keep that a run was aborted."""
        self.aborted.append(run_id)
        self.notify()

    def notify(self) -> None:
        """Have every condition that somebody waits for looked at again."""
        self._changed.set()

    async def until(self, condition: Callable[[], bool], timeout: float) -> None:
        """Wait until a condition holds; it is looked at whenever something happens here.

        Raises:
            TimeoutError: it doesn't hold within ``timeout`` seconds.
        """
        async with asyncio.timeout(timeout):
            while not condition():
                self._changed.clear()
                await self._changed.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The one object of each kind that a gateway has; whoever is handed this needs several of them."""

    profile: Profile
    connections: Connections
    scheduler: Scheduler
    store: SessionStore
    activity: Activity
    cumulative: bool
    """Whether each event of a text also has the text so far."""
    restart: Callable[[], None]
    """Restarts the gateway when what runs now is over."""


def make_services(
    profile: Profile, *, state_dir: Path | None, cumulative: bool, restart: Callable[[], None]
) -> Services:
    """Put together what a gateway consists of.

    Args:
        profile: how its release behaves.
        state_dir: where transcripts are written, if anywhere.
        cumulative: whether each event of a text also has the text so far.
        restart: restarts the gateway when what runs now is over.
    """
    connections = Connections()
    return Services(
        profile=profile,
        connections=connections,
        scheduler=Scheduler(connections.flush),
        store=SessionStore(profile, connections, state_dir),
        activity=Activity(),
        cumulative=cumulative,
        restart=restart,
    )
