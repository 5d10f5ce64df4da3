"""Runs the application until a signal asks it to stop, and lets live generations finish then."""

import asyncio
import contextlib
import gc
import logging
import signal
from collections.abc import Callable

from aiohttp import web

from propactor.actors.supervisor import Supervisor
from propactor.actors.upstreams import Upstreams
from propactor.server import page
from propactor.server.app import make_app
from propactor.server.keys import SUPERVISOR
from propactor.settings import Settings, check_exposure

log = logging.getLogger(__name__)


async def serve(
    settings: Settings,
    *,
    app: web.Application | None = None,
    ready: Callable[[str], object] = str,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve until SIGTERM, SIGINT or ``stop``; then refuse new generations, drain, and return.

    A second signal ends at once what still runs.

    Args:
        settings: Those of the service.
        app: The application to serve, if it isn't one made of the settings.
        ready: Called with the address once the server listens there.
        stop: Set by a caller that wants the service to stop.

    Raises:
        SettingsError: the address could be reached by others, without authentication.
        OSError: the port is taken.
    """
    check_exposure(settings.server)
    app, stop = app or make_app(settings), stop or asyncio.Event()
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=5.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.server.host, settings.server.port, backlog=4096)
        await site.start()
        hurry = asyncio.Event()
        _stop_on_signals(stop, hurry)
        page.warn()
        ready(_url(runner))
        await stop.wait()
        await _drain(app[SUPERVISOR], settings.server.drain_seconds, hurry)
    finally:
        await runner.cleanup()


def _url(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _stop_on_signals(stop: asyncio.Event, hurry: asyncio.Event) -> None:
    """Set ``stop`` at the first signal, ``hurry`` at the next."""

    def on_signal() -> None:
        (hurry if stop.is_set() else stop).set()

    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):  # Windows, or another thread
            asyncio.get_running_loop().add_signal_handler(number, on_signal)


async def _drain(supervisor: Supervisor, seconds: float, hurry: asyncio.Event) -> None:
    """Give live generations time to finish, until ``hurry`` is set."""
    if supervisor.live:
        log.warning("stopping: generations get up to %g s to finish; a second signal ends them", seconds)
    waits = [asyncio.ensure_future(supervisor.drain(seconds)), asyncio.ensure_future(hurry.wait())]
    _, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in pending:
        wait.cancel()
    await asyncio.wait(waits)


def raise_file_limit() -> None:
    """Raise the limit of open files to what the system allows: each stream has a socket, which is one."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def calm_collector() -> None:
    """Let the garbage collector run less often, and never over what was loaded at the start.

    A stream makes many short-lived objects and no cycles: collecting took 7 % of the CPU time at 9,000 deltas
    a second.
    """
    # Python's own thresholds are 700, 10, 10. To look at 50,000 live objects takes 1.5 ms (measured): that is
    # less than the 5 ms for which one piece of work may hold the loop, and it is due 70 times less often.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 5, 5)


def run(settings: Settings, ready: Callable[[str], object], upstreams: Upstreams | None = None) -> None:
    """Serve in this thread until a signal ends it, on uvloop where it is installed.

    Args:
        settings: Those of the service.
        ready: Called with the address once the server listens there.
        upstreams: What to ask instead of the upstreams that the settings configure.
    """
    raise_file_limit()
    calm_collector()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        app = make_app(settings, upstreams) if upstreams is not None else None
        runner.run(serve(settings, app=app, ready=ready))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop
    return uvloop.new_event_loop
