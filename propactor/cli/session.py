"""One generation from asking to its end, wherever it runs, with a view that watches it."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from propactor.cli.exits import FAILURE, INTERRUPTED, OK, leave, settings_faults
from propactor.cli.files import NotWritten, write
from propactor.cli.plain import JsonLines, PlainLines, View
from propactor.cli.story import Story
from propactor.settings import Settings, load
from propactor.web.client import Client
from propactor.web.faults import ServerFault, as_object
from propactor.web.local import Prepare, local_server, nothing_more
from propactor.web.upstreams import Upstreams

LAST_WORDS = 15.0
"""Seconds a cancelled generation gets to say how it ended: its upstream must be stopped first."""


@dataclass(frozen=True)
class Wish:
    """What is wanted, and of whom."""

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
    """A server in this process: its settings, its upstreams if not those of the settings, what to add."""

    settings: Settings
    upstreams: Upstreams | None = None
    prepare: Prepare = nothing_more


def run(
    wish: Wish, *, json: bool, out: Path | None, config: Path | None = None, local: Local | None = None
) -> int:
    """Generate, show it, write the files; return the exit code."""
    if local is None and wish.server is None:
        local = Local(_settings(config, debug=wish.debug))
    story = Story(asked_at=time.monotonic())
    view = _view(wish, story, json=json)
    try:
        interrupted = asyncio.run(_Session(wish, story, view).run(local))
    except ServerFault as exc:
        leave(str(exc))
    except KeyboardInterrupt:
        leave("interrupted before the end was known", INTERRUPTED)
    if story.result is not None and out is not None:
        _write(story, out, view)
    return OK if story.result is not None else INTERRUPTED if interrupted else FAILURE


def _settings(config: Path | None, *, debug: bool) -> Settings:
    """Read the settings; who runs the server in this very process may see everything."""
    with settings_faults():
        return load(config, debug={"raw": True}) if debug else load(config)


def _view(wish: Wish, story: Story, *, json: bool) -> View:
    if json:
        return JsonLines()
    if not sys.stdout.isatty():
        return PlainLines()
    from propactor.cli.live import LiveView

    return LiveView(wish.prompt, story)


def _write(story: Story, out: Path, view: View) -> None:
    try:
        for path in write(story.result or {}, out):
            view.say(f"wrote {path}")
    except NotWritten as exc:
        leave(str(exc))


class _Session:
    """Reads the stream in a task of its own, so that an interrupt can cancel and still hear the end."""

    def __init__(self, wish: Wish, story: Story, view: View) -> None:
        self._wish = wish
        self._story = story
        self._view = view

    async def run(self, local: Local | None) -> bool:
        """Generate; return whether somebody interrupted it."""
        _cancel_on_terminate()
        async with (
            self._address(local) as (address, token),
            Client(address, token, lost=self._lost) as client,
        ):
            with self._view:
                interrupted = await self._watch(client)
            self._view.close(self._story)
        return interrupted

    @asynccontextmanager
    async def _address(self, local: Local | None) -> AsyncIterator[tuple[str, str]]:
        """Yield the address and the token of the server, which may be this very process."""
        if local is None:
            assert self._wish.server is not None
            yield self._wish.server, self._wish.token or ""
            return
        async with local_server(local.settings, local.upstreams, local.prepare) as address:
            yield address, local.settings.server.token.get_secret_value()

    async def _watch(self, client: Client) -> bool:
        reading = asyncio.create_task(self._read(client), name="read")
        try:
            async with asyncio.timeout(self._wish.timeout):
                await asyncio.shield(reading)
        except TimeoutError:
            await self._cancel(client, reading, f"{self._wish.timeout:g} s have passed")
        except asyncio.CancelledError:
            await self._cancel(client, reading, "interrupted")
            return True
        finally:
            reading.cancel()
            await asyncio.wait([reading])
        return False

    async def _read(self, client: Client) -> None:
        async for frame in client.stream(self._wish.body):
            data = as_object(frame.data)
            self._story.take(frame.event, data, time.monotonic())
            self._view.show(frame.event, data, self._story)

    async def _cancel(self, client: Client, reading: asyncio.Task[None], why: str) -> None:
        """End the generation at the server, and read on until it has said how that went."""
        self._story.status = "cancelling"
        self._view.say(f"{why}: cancelling the generation")
        if self._story.request_id is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS):
                await client.cancel(self._story.request_id)
                await asyncio.shield(reading)

    def _lost(self, reason: str) -> None:
        self._story.status = "coming back"
        self._view.say(f"{reason}; coming back for the rest")


def _cancel_on_terminate() -> None:
    """Treat SIGTERM as Ctrl-C, which asyncio turns into a cancellation already."""
    task = asyncio.current_task()
    assert task is not None
    with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):  # Windows
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
