"""The template generator as an upstream."""

import json
from dataclasses import replace

from propactor.adapters.template import TemplateUpstream
from propactor.core.events import Event, TextDelta
from propactor.core.prop import parser
from propactor.core.prop.part_reader import PartReader
from propactor.core.prop.template import make
from propactor.core.upstream import GenerationRequest, Reply, Upstream
from tests.support.emitted import Emitted

REQUEST = GenerationRequest("request", "job", "A glowing mushroom lamp", "GlowingMushroomLamp")


async def told() -> tuple[Reply, list[Event]]:
    """Run a generation and return its reply and its events."""
    events = Emitted("template")
    upstream: Upstream = TemplateUpstream()
    return await upstream.begin(REQUEST, events).finish(), events


async def test_one_delta() -> None:
    """The component and its parts come at once, as text, and nothing else is invented."""
    reply, (event,) = await told()

    assert reply.text is None
    assert isinstance(event, TextDelta)
    assert event.source == "template"
    assert event.delta.index("export function GlowingMushroomLamp(") < event.delta.index(
        "/* PARTS_DATA\n[\n{"
    )


async def test_result() -> None:
    """The result that comes along is what a reader of the text would find."""
    reply, (event,) = await told()
    assert isinstance(event, TextDelta)

    read = parser.parse(event.delta, REQUEST.name)

    assert reply.result == replace(read, method="template")


async def test_block() -> None:
    """The block is JSON that lists the parts of the prop."""
    _, (event,) = await told()
    assert isinstance(event, TextDelta)

    _, _, block = event.delta.partition("/* PARTS_DATA\n")
    listed = json.loads(block.removesuffix("\nPARTS_DATA */\n"))

    assert [tuple(part["position"]) for part in listed] == [
        part.position for part in make(REQUEST.prompt, REQUEST.name).parts
    ]


async def test_readable() -> None:
    """The reader of model output finds the same parts in the meshes and in the block."""
    _, (event,) = await told()
    assert isinstance(event, TextDelta)

    readings = PartReader().feed(event.delta)

    expected = make(REQUEST.prompt, REQUEST.name).parts
    assert tuple(reading.part for reading in readings if reading.origin == "mesh") == expected
    assert tuple(reading.part for reading in readings if reading.origin == "block") == expected


async def test_always_there() -> None:
    """It never has a problem, needs no session, and confirms a stop."""
    upstream: Upstream = TemplateUpstream()
    events = Emitted("template")

    assert (upstream.name, upstream.source) == ("template", "template")
    assert upstream.problem() is None
    assert upstream.session_key(REQUEST) is None
    assert await upstream.begin(REQUEST, events).stop()
    assert events == []
