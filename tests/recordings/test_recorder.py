"""Recordings of what a service asks its upstreams."""

import asyncio

import aiohttp

from propactor.recordings.recorder import Recorder
from propactor.server.local import local_server
from propactor.settings import Settings
from propactor.testing.gateway import FakeGateway
from tests.server.service import Heard, Service

PROMPT = "A glowing mushroom lamp #rate=3000"


async def taken_down(**tables: dict[str, object]) -> tuple[Recorder, list[Heard]]:
    """Generate once, with a recorder behind it."""
    recorder = Recorder()
    settings = Settings.model_validate(tables)
    async with local_server(settings, None, recorder.tap) as url, aiohttp.ClientSession() as http:
        heard = await Service(url, None, http).read(body={"prompt": PROMPT})  # type: ignore[arg-type]  # nobody looks into the application
    return recorder, heard


async def test_gateway() -> None:
    """What a gateway said is there, under the title that was chosen, and nothing that is private."""
    async with FakeGateway() as gateway:
        recorder, heard = await taken_down(gateway={"url": gateway.url, "token": gateway.token})

    found = recorder.recording(PROMPT, "A mushroom lamp", {"useFrame": "[private]"})
    assert found is not None
    assert (found.header.upstream, found.header.name) == ("openclaw", "MushroomLamp")
    assert found.header.about["protocol"] == 4
    assert heard[-2].data["method"] == "ai"
    written = repr(found.frames)
    assert "A mushroom lamp" in written
    assert not [word for word in ("#rate", "useFrame", gateway.token) if word in written]


async def test_nobody_asked() -> None:
    """Where the template did it, there is nothing to keep."""
    recorder, heard = await taken_down()

    assert heard[-2].data["method"] == "template"
    assert recorder.recording(PROMPT, PROMPT, {}) is None


async def test_gateway_away() -> None:
    """A gateway that was never reached has said nothing."""
    unused = await asyncio.start_server(print, "127.0.0.1", 0)
    port = unused.sockets[0].getsockname()[1]
    unused.close()

    recorder, _ = await taken_down(
        gateway={"url": f"ws://127.0.0.1:{port}"}, timeouts={"accept": 0.5, "total": 5}
    )

    assert recorder.recording(PROMPT, PROMPT, {}) is None
