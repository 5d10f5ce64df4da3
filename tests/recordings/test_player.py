"""A service that answers with recordings."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import aiohttp
import pytest

from propactor.adapters.openclaw.recording.replay import opened
from propactor.core.recording import Recording
from propactor.recordings.player import replaying
from propactor.server.local import local_server
from propactor.settings import Settings
from propactor.testing import lamp
from tests.adapters.openclaw.recording.made import by_hand, final, frame, says
from tests.server.service import Heard, Service, assert_grammar, names, text

ANSWER = f"{lamp.code()}\n{lamp.parts()}"


def recording(prompt: str, name: str, answer: str = ANSWER) -> Recording:
    """Return a recording of a prop that takes a tenth of a second."""
    frames = [frame(0.05, "in", says(answer[:500], answer[:500])), frame(0.1, "in", final(answer))]
    made = opened(by_hand(*frames))
    return replace(made, header=replace(made.header, prompt=prompt, name=name))


LAMP, ROBOT = recording("A glowing mushroom lamp", "MushroomLamp"), recording("A tiny robot", "TinyRobot")


@asynccontextmanager
async def served(recordings: Sequence[Recording], speed: float | None = None) -> AsyncIterator[Service]:
    """Run a service that answers with these."""
    settings, upstreams = replaying(Settings(), recordings, speed)
    async with local_server(settings, upstreams) as url, aiohttp.ClientSession() as http:
        yield Service(url, None, http)  # type: ignore[arg-type]  # nobody looks into the application


async def names_of(service: Service, *prompts: str) -> list[str]:
    """Return what the props are called that are made for these."""
    results = [(await service.read(body={"prompt": prompt}))[-2] for prompt in prompts]
    return [str(result.data["name"]) for result in results]


async def test_prop() -> None:
    """A recording becomes a whole stream, with the model's text, its parts, and its own name."""
    async with served([LAMP]) as service:
        heard = await service.read(body={"prompt": "Something else"})

    result = heard[-2].data
    assert_grammar(heard)
    assert text(heard) == ANSWER[:500]
    assert (result["name"], result["method"]) == ("MushroomLamp", "ai")
    assert len(result["parts"]) == names(heard).count("part") == len(lamp.MESHES)


async def test_by_words() -> None:
    """A request is answered by the recording that shares most words with it."""
    async with served([LAMP, ROBOT]) as service:
        found = await names_of(service, "a ROBOT please", "One more lamp", "a robot with a mushroom lamp")

    assert found == ["TinyRobot", "MushroomLamp", "MushroomLamp"]


async def test_in_turn() -> None:
    """Where no word fits, or it fits several, they take turns."""
    async with served([LAMP, ROBOT]) as service:
        found = await names_of(service, "A castle", "A castle", "An owl")

    assert found == ["MushroomLamp", "TinyRobot", "MushroomLamp"]


async def test_speed() -> None:
    """A recording is played in its own time."""

    def first(heard: Sequence[Heard]) -> float:
        return next(one.at for one in heard if one.event == "text_delta")

    async with served([LAMP], speed=0.2) as service:
        heard = await service.read()

    assert heard[-1].at - first(heard) >= 0.2
    assert_grammar(heard)


async def test_cancel() -> None:
    """A recording that plays can be cancelled, which is confirmed."""
    async with served([LAMP], speed=0.001) as service, service.open() as stream:
        started = await stream.next()
        await stream.until("progress", phase="accepted")
        await service.delete(started.data["stateUrl"])
        heard = await stream.all()

    assert [one.data.get("code") for one in heard[-2:]] == ["CANCELLED", None]
    assert heard[-1].data["upstreamCancel"] == "confirmed"


async def test_no_prop() -> None:
    """A recording without a prop in it ends as the generation did: with the template, and why."""
    async with served([recording("A lamp", "Lamp", "I would rather talk.")]) as service:
        heard = await service.read()

    assert_grammar(heard)
    assert heard[-2].data["fallbackReason"]["code"] == "INVALID_MODEL_OUTPUT"


@pytest.mark.parametrize("asked", [False, True])
async def test_template(asked: bool) -> None:
    """Who asks for no AI gets the template."""
    async with served([LAMP]) as service:
        heard = await service.read(body={"use_ai": asked})

    assert heard[-2].data["method"] == ("ai" if asked else "template")


async def test_ready() -> None:
    """The service is ready, and says what it plays."""
    async with served([LAMP, ROBOT]) as service:
        status, ready = await service.get("/readyz")

    assert status == 200
    assert ready["upstreams"][0]["name"] == "replay"
    assert ready["upstreams"][0]["recordings"] == ["A glowing mushroom lamp", "A tiny robot"]
