"""A fake OpenClaw gateway: the real protocol over a real socket, with runs that follow a script."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from propactor.testing.gateway import hello
from propactor.testing.gateway.frames import Json
from propactor.testing.gateway.handshake import Admission
from propactor.testing.gateway.hello import GatewayProcess
from propactor.testing.gateway.methods import Context
from propactor.testing.gateway.profile import PROFILES, Profile
from propactor.testing.gateway.run import Run
from propactor.testing.gateway.runs import RunTable, Script
from propactor.testing.gateway.server import GatewayServer
from propactor.testing.gateway.services import Request, make_services
from propactor.testing.scenarios import by_prompt

TOKEN = "TEST-TOKEN"  # noqa: S105  it opens nothing


class FakeGateway:
    """Speaks OpenClaw's protocol on 127.0.0.1, inside your own process, without Node and without a model.

    It shakes hands, checks scopes, streams the events of runs, keeps sessions and answers the methods that
    propactor calls; its frames have the fields and the order of recorded ones. What a run does is a script, a
    list of steps from `propactor.testing.steps`::

        from propactor.testing import FakeGateway
        from propactor.testing.steps import Say, Think, UseTool

        script = [
            Think("A lamp, then. "),
            UseTool("read", {"path": "notes.txt"}, result="Nothing over a metre."),
            Say("export function Lamp() { ... }", rate=40),
        ]
        async with FakeGateway(script=script) as gateway:
            print(gateway.url, gateway.token)  # where clients connect, and with what
        print(gateway.asked("agent"))  # the parameters of every run that was asked for

    Without a script the prompt decides: ``#scenario=prop #rate=40`` thinks, reads a file and writes a prop at
    40 pieces a second, ``#scenario=error500`` fails; `propactor.testing.scenarios` lists them all. By hand,
    for a front end in another process::

        python -m propactor.testing.gateway --port 18789 --protocol 4
        PROPACTOR_GATEWAY__URL=ws://127.0.0.1:18789 PROPACTOR_GATEWAY__TOKEN=TEST-TOKEN propactor serve

    What can be looked at: ``requests`` (everything that was asked, with times), ``aborted`` (ids of runs),
    ``runs`` (by id; ``runs[i].ending`` is set when one is over), ``sessions`` (by key, with their messages),
    ``connections`` (who is connected; ``drop`` cuts a line). `until` waits for a condition on any of them.

    What can be done to it: `restart`, `kill`, `store_message`, ``closed_to_all = True`` (connections are
    refused with HTTP 503), ``connections.muted = True`` (no events of runs are sent),
    ``runs[i].skip_numbers(3)`` (as if three events had been lost), ``process.began_at -= 3600`` (it has been
    up for an hour longer).
    """

    def __init__(
        self,
        *,
        protocol: int = 4,
        profile: Profile | None = None,
        script: Script = by_prompt,
        token: str = TOKEN,
        agents: Sequence[str] = ("main", "dev"),
        port: int = 0,
        tick: float = 30.0,
        cumulative: bool = True,
        starting: int = 0,
        retry_after_ms: int = 500,
        state_dir: Path | None = None,
        resumes_after: float | None = None,
    ) -> None:
        """Don't listen yet: that begins with ``async with``.

        Args:
            protocol: 3 for a gateway of February 2026, 4 for one of today.
            profile: the behaviour of another release; wins over ``protocol``.
            script: what every run does, or a function from the parameters of ``agent`` to that.
            token: what clients have to know.
            agents: the ids of its agents; ``main`` is the default one.
            port: where to listen; 0 takes any free port.
            tick: seconds between two ``tick`` events, as ``hello`` promises them.
            cumulative: whether events of text have the text so far, as real ones do. Their size grows with
                the square of its length: tests of load leave it out.
            starting: how many connections are sent away first, with 1013, as by a gateway that boots.
            retry_after_ms: when those are told to come back, in milliseconds.
            state_dir: where transcripts are written, on profiles that have files; nowhere by default.
            resumes_after: seconds after `kill` when the runs begin anew that it interrupted, as those of
                today's gateways do; never by default.
        """
        self.token, self.port, self.closed_to_all = token, port, False
        self.profile = profile or PROFILES[protocol]
        self.process = GatewayProcess(str(state_dir or hello.STATE_DIR))
        self._services = make_services(
            self.profile, state_dir=state_dir, cumulative=cumulative, restart=self._restart_soon
        )
        self._runs = RunTable(self._services, script)
        self._server = GatewayServer(
            Context(self._services, self._runs, tuple(agents)),
            Admission(self.profile, token, starting, retry_after_ms),
            self.process,
            tick=tick,
            is_down=lambda: self.closed_to_all,
        )
        self.connections, self.sessions = self._services.connections, self._services.store.sessions
        self.runs = self._runs.by_id
        self._resumes_after = resumes_after
        self._restarts: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Listen, and begin to tick."""
        self.port = await self._server.start(self.port)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop, in the middle of every run; what was asked and done can still be looked at."""
        self._runs.stop_playing()
        self._services.scheduler.stop()
        await self._server.stop()
        for task in self._restarts:
            task.cancel()
        await asyncio.gather(*self._restarts, return_exceptions=True)

    @property
    def url(self) -> str:
        """Return where the gateway listens."""
        return f"ws://127.0.0.1:{self.port}"

    @property
    def requests(self) -> Sequence[Request]:
        """Return all requests that came, in their order, ``connect`` among them."""
        return self._services.activity.requests

    @property
    def aborted(self) -> list[str]:
        """Return the ids of the runs that were aborted, in the order in which they were."""
        return self._services.activity.aborted

    def asked(self, method: str) -> list[Mapping[str, Any]]:
        """Return the parameters of all requests of one method, in the order in which they came."""
        return [request.params for request in self.requests if request.method == method]

    async def until(self, condition: Callable[[], bool], timeout: float = 5.0) -> None:
        """Wait until a condition holds; it is looked at whenever something happens here.

        Raises:
            TimeoutError: it doesn't hold within ``timeout`` seconds.
        """
        await self._services.activity.until(condition, timeout)

    def store_message(self, run_id: str, message: Json) -> None:
        """Store a message of a run as if the model had said it, without sending the run's events."""
        self._services.store.store(self.runs[run_id].session, message, run_id)
        self.connections.flush()

    async def restart(self, *, down: bool = False) -> None:
        """Send everybody away with 1012 and forget every run; with ``down`` refuse who comes (HTTP 503)."""
        self.closed_to_all = down
        self._forget()
        leaving = set(self.connections)
        self.connections.broadcast("shutdown", {"reason": "gateway stopping", "restartExpectedMs": None})
        for connection in leaving:
            connection.close(1012, "service restart")
        await self.until(lambda: not leaving.intersection(self.connections))

    def kill(self) -> None:
        """Cut every line and forget every run, as a process that is killed does."""
        interrupted = self._forget()
        if self._resumes_after is not None:
            for run in interrupted:
                self._services.scheduler.after(self._resumes_after, partial(self._runs.resume, run))
        for connection in self.connections:
            connection.drop()

    def _forget(self) -> list[Run]:
        """Be another process from here on; return the runs of the last one that were going on."""
        self.process.renew()
        return self._runs.forget()

    def _restart_soon(self) -> None:
        task = asyncio.get_running_loop().create_task(self.restart(), name="fake gateway restarts")
        self._restarts.add(task)
        task.add_done_callback(self._restarts.discard)
