"""Runs one generation for a command, at a server or in this process, and shows it on a display."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from propactor.actors.upstreams import Upstreams
from propactor.cli.display.plain import Display, JsonLines, PlainLines
from propactor.cli.display.view import GenerationView
from propactor.cli.exits import FAILURE, INTERRUPTED, OK, exit_with_error
from propactor.cli.files import NotWritten, write
from propactor.cli.options import load_settings
from propactor.client.client import Client
from propactor.client.errors import ServerFault, as_object
from propactor.server.local import Prepare, leave, local_server
from propactor.settings import Settings

LAST_WORDS = 15.0
"""Seconds that a cancelled generation gets for its last events: its upstream must be stopped first."""


@dataclass(frozen=True)
class GenerateArgs:
    """What a command asks for.

    Args:
        prompt: What to build.
        use_ai: False for a prop from a template.
        debug: Ask for the upstream's raw, redacted payloads.
        server: The address of the server to ask; None asks one in this process.
        token: The token of that server.
        timeout: Seconds after which the generation is cancelled; None for never.
    """

    prompt: str
    use_ai: bool = True
    debug: bool = False
    server: str | None = None
    token: str | None = field(default=None, repr=False)
    timeout: float | None = None

    @property
    def body(self) -> dict[str, object]:
        """Return the body of the request."""
        return {"prompt": self.prompt, "use_ai": self.use_ai, "debug": self.debug}


@dataclass(frozen=True)
class Local:
    """A server to run in this process.

    Args:
        settings: Its settings.
        upstreams: What it asks instead of the upstreams that the settings configure.
        prepare: Gets the upstreams before they are started.
    """

    settings: Settings
    upstreams: Upstreams | None = None
    prepare: Prepare = leave


def run(
    args: GenerateArgs,
    *,
    json: bool,
    out: Path | None,
    config: Path | None = None,
    local: Local | None = None,
) -> int:
    """Generate, show it, write the files, and return the exit code.

    Args:
        args: What to ask for.
        json: Print each event as a line of JSON.
        out: The folder for the files; None writes none.
        config: The file with the settings of a server in this process.
        local: The server to run in this process, if it isn't one as the settings say.
    """
    if local is None and args.server is None:
        local = Local(_settings(config, debug=args.debug))
    view = GenerationView(asked_at=time.monotonic())
    display = _display(args, view, json=json)
    try:
        interrupted = asyncio.run(_Session(args, view, display).run(local))
    except ServerFault as exc:
        exit_with_error(str(exc))
    except KeyboardInterrupt:
        exit_with_error("interrupted before the end was known", INTERRUPTED)
    if view.result is not None and out is not None:
        _write(view, out, display)
    return OK if view.result is not None else INTERRUPTED if interrupted else FAILURE


def _settings(config: Path | None, *, debug: bool) -> Settings:
    """Read the settings. Who runs the server in this process may see raw payloads."""
    return load_settings(config, **({"debug": {"raw": True}} if debug else {}))


def _display(args: GenerateArgs, view: GenerationView, *, json: bool) -> Display:
    if json:
        return JsonLines()
    if not sys.stdout.isatty():
        return PlainLines()
    from propactor.cli.display.live import LiveDisplay

    return LiveDisplay(args.prompt, view)


def _write(view: GenerationView, out: Path, display: Display) -> None:
    try:
        for path in write(view.result or {}, out):
            display.say(f"wrote {path}")
    except NotWritten as exc:
        exit_with_error(str(exc))


class _Session:
    """Reads the stream in a task of its own, so that it is read to its end after an interrupt, too."""

    def __init__(self, args: GenerateArgs, view: GenerationView, display: Display) -> None:
        self._args = args
        self._view = view
        self._display = display

    async def run(self, local: Local | None) -> bool:
        """Generate, and return True if the user interrupted it."""
        _cancel_on_terminate()
        async with (
            self._address(local) as (address, token),
            Client(address, token, lost=self._lost) as client,
        ):
            with self._display:
                interrupted = await self._watch(client)
            self._display.close(self._view)
        return interrupted

    @asynccontextmanager
    async def _address(self, local: Local | None) -> AsyncIterator[tuple[str, str]]:
        """Yield the address and the token of the server, which may be this very process."""
        if local is None:
            assert self._args.server is not None
            yield self._args.server, self._args.token or ""
            return
        async with local_server(local.settings, local.upstreams, local.prepare) as address:
            yield address, local.settings.server.token.get_secret_value()

    async def _watch(self, client: Client) -> bool:
        reading = asyncio.create_task(self._read(client), name="read")
        try:
            async with asyncio.timeout(self._args.timeout):
                await asyncio.shield(reading)
        except TimeoutError:
            await self._cancel(client, reading, f"{self._args.timeout:g} s have passed")
        except asyncio.CancelledError:
            await self._cancel(client, reading, "interrupted")
            return True
        finally:
            reading.cancel()
            await asyncio.wait([reading])
        return False

    async def _read(self, client: Client) -> None:
        async for frame in client.stream(self._args.body):
            data = as_object(frame.data)
            self._view.take(frame.event, data, time.monotonic())
            self._display.show(frame.event, data, self._view)

    async def _cancel(self, client: Client, reading: asyncio.Task[None], why: str) -> None:
        """Cancel the generation at the server, and read its last events, for ``LAST_WORDS`` seconds."""
        self._view.status = "cancelling"
        self._display.say(f"{why}: cancelling the generation")
        if self._view.request_id is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS):
                await client.cancel(self._view.request_id)
                await asyncio.shield(reading)

    def _lost(self, reason: str) -> None:
        self._view.status = "coming back"
        self._display.say(f"{reason}; coming back for the rest")


def _cancel_on_terminate() -> None:
    """Treat SIGTERM as Ctrl-C, which asyncio turns into a cancellation already."""
    task = asyncio.current_task()
    assert task is not None
    with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):  # Windows
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
