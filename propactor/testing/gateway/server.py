"""An OpenClaw gateway that isn't one: the real protocol over a real socket, with runs that follow a script.

``python -m propactor.testing.gateway --port 18789 --protocol 4`` runs it by hand; the words in the prompt
then say what happens, see ``scenarios``.
"""

import asyncio
import functools
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request as Upgrade
from websockets.http11 import Response

from propactor.testing.gateway import agent_params, frames, handler, hello
from propactor.testing.gateway.broadcast import Audience
from propactor.testing.gateway.connection import Connection
from propactor.testing.gateway.profile import PROFILES, Profile
from propactor.testing.gateway.resume import resume
from propactor.testing.gateway.run import Order, Run
from propactor.testing.gateway.scheduler import Ticker
from propactor.testing.gateway.session_store import Archive
from propactor.testing.gateway.sessions import Session, now_ms
from propactor.testing.scenarios import by_prompt
from propactor.testing.steps import Accept, Ignore, Refuse, Step

Script = Sequence[Step] | Callable[[Mapping[str, Any]], Sequence[Step]]
TOKEN = "TEST-TOKEN"  # noqa: S105  it opens nothing


class Asked(NamedTuple):
    """A request that came, and when, on the clock of ``time.monotonic``."""

    method: str
    params: Mapping[str, Any]
    at: float


class FakeGateway:
    """``async with FakeGateway(protocol=4, script=[Say("Hi")]) as gateway: ...``.

    ``script`` is what every run does, or a function from the parameters of ``agent`` to that; without one
    the prompt decides. ``cumulative=False`` leaves out the text so far, which grows with the square of its
    length: for tests of load. ``starting`` is how many connections are sent away first, with 1013. Until
    protocol 4, transcripts are written into ``state_dir``. ``resumes_after`` is how many seconds after `kill`
    the runs begin anew that it interrupted.
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
        self.profile = profile or PROFILES[protocol]
        self.script, self.token, self.agents = script, token, tuple(agents)
        self.port, self.tick, self.cumulative = port, tick, cumulative
        self.starting, self.retry_after_ms = starting, retry_after_ms
        self.house = hello.House(str(state_dir or hello.STATE_DIR))
        self.resumes_after = resumes_after
        self.closed_to_all = False
        self.requests: list[Asked] = []
        self.aborted: list[str] = []
        self.runs: dict[str, Run] = {}
        self.pending: set[str] = set()
        self.waiters: dict[str, list[Callable[[frames.Json], None]]] = {}
        self.audience = Audience(self.profile)
        self.archive = Archive(self.audience, state_dir)
        self.ticker: Ticker
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: Server | None = None

    @property
    def url(self) -> str:
        """Return where the gateway listens."""
        return f"ws://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        """Listen, and begin to tick."""
        self.ticker = Ticker(self.audience.flush)
        self._server = await serve(
            functools.partial(handler.welcome, self),
            "127.0.0.1",
            self.port,
            process_request=self._upgrade,
            compression=None,
            ping_interval=None,
            max_size=int(self.profile.policy["maxPayload"]),
            close_timeout=1,
        )
        self.port = next(iter(self._server.sockets)).getsockname()[1]
        self._schedule_tick()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self._lose_runs()
        self.ticker.stop()
        for connection in self.connections:
            connection.drop()
        if self._server:
            self._server.close()
            await self._server.wait_closed()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def connections(self) -> set[Connection]:
        """Return the clients that are connected."""
        return self.audience.connections

    @property
    def sessions(self) -> dict[str, Session]:
        """Return the conversations that are kept, by their keys."""
        return self.archive.sessions

    def asked(self, method: str) -> list[Mapping[str, Any]]:
        """Return the parameters of all requests of one kind, in the order in which they came."""
        return [request.params for request in self.requests if request.method == method]

    async def until(self, condition: Callable[[], bool], timeout: float = 5.0) -> None:
        """Wait until something holds; it is looked at whenever something happens here.

        Raises:
            TimeoutError: it doesn't.
        """
        async with asyncio.timeout(timeout):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def restart(self, *, down: bool = False) -> None:
        """Send everybody away with 1012 and forget every run; with ``down`` refuse who comes (HTTP 503)."""
        self.closed_to_all = down
        self._forget()
        going = list(self.connections)
        self.audience.tell_all("shutdown", {"reason": "gateway stopping", "restartExpectedMs": None})
        for connection in going:
            connection.close(1012, "service restart")
        await self.until(lambda: not self.connections.intersection(going))

    def restart_soon(self) -> None:
        """Restart when the step that asks for it is over."""
        self._spawn(self.restart())

    def kill(self) -> None:
        """Cut every line and forget every run, as a process that is killed does."""
        interrupted = [run for run in self.runs.values() if run.running]
        self._forget()
        if self.resumes_after is not None:
            for run in interrupted:
                self.ticker.at(self.ticker.now() + self.resumes_after, functools.partial(resume, self, run))
        for connection in list(self.connections):
            connection.drop()

    def note(self, method: str, params: Mapping[str, Any]) -> None:
        """Remember a request."""
        self.requests.append(Asked(method, params, time.monotonic()))
        self.changed()

    def changed(self) -> None:
        """Let those look again who wait for something."""
        self._changed.set()

    def take(self, order: Order, params: Mapping[str, Any]) -> None:
        """Take a request for a run: accept it, late perhaps, or not at all."""
        script = self.script(params) if callable(self.script) else self.script
        first = script[0] if script else None
        match first:
            case Ignore():
                return
            case Refuse(code=code, message=message):
                order.asker.respond(order.request_id, None, frames.error(code, message))
            case Accept(after=after):
                self.pending.add(order.run_id)
                self.ticker.at(self.ticker.now() + after, lambda: self._accept(order, params, script[1:]))
            case _:
                self._accept(order, params, script)

    def _accept(self, order: Order, params: Mapping[str, Any], script: Sequence[Step]) -> None:
        key = agent_params.session_key(params, self.profile)
        session = self.archive.open(key, agent_params.agent_of(params, key))
        session.settings.setdefault("thinkingLevel", params.get("thinking"))
        run = self.runs[order.run_id] = Run(self, session, order, script)
        run.waiters += self.waiters.pop(run.run_id, [])
        payload = {"runId": run.run_id, "status": "accepted", "acceptedAt": now_ms()}
        order.asker.respond(order.request_id, payload | (session.names if self.profile.names_session else {}))
        session.runs.append(run)
        self.audience.tell_task(run, "running")
        if session.runs[0] is run:
            run.start()
        self.changed()

    def finish(self, run: Run) -> None:
        """Let the next run of the session begin."""
        self.audience.tell_task(run, "cancelled" if run.run_id in self.aborted else "completed")
        if run in run.session.runs:
            run.session.runs.remove(run)
        if run.session.runs and not run.session.runs[0].started:
            run.session.runs[0].start()
        self.changed()

    def stop(self, key: str | None, run_id: str | None) -> list[str]:
        """Stop the runs of a session, or one; return which were stopped."""
        meant = [run for run in self.runs.values() if key in (None, run.session.key)]
        return [run.run_id for run in meant if run_id in (None, run.run_id) and run.stop()]

    def note_abort(self, run: Run) -> None:
        """Remember that a run was stopped."""
        self.aborted.append(run.run_id)
        self.changed()

    def _forget(self) -> None:
        """Be another process from here on, which knows nothing of the runs of the last."""
        self._lose_runs()
        self.runs.clear()
        self.pending.clear()
        self.house = hello.House(self.house.state_dir)

    def _lose_runs(self) -> None:
        for run in self.runs.values():
            run.lose()
        for session in self.sessions.values():
            session.runs.clear()

    def _schedule_tick(self) -> None:
        self.ticker.at(self.ticker.now() + self.tick, self._tick)

    def _tick(self) -> None:
        self.audience.tell_all("tick", {"ts": now_ms()})
        self._schedule_tick()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work, name="fake gateway")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _upgrade(self, socket: ServerConnection, request: Upgrade) -> Response | None:
        """Refuse what real gateways refuse before the first frame."""
        if self.closed_to_all:
            return socket.respond(HTTPStatus.SERVICE_UNAVAILABLE, "gateway shutting down\n")
        if self.profile.refuses_proxies and "X-Forwarded-For" in request.headers:
            return socket.respond(HTTPStatus.FORBIDDEN, "forbidden\n")
        return None
