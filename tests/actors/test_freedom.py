"""What is forgotten is freed at once, not when the garbage collector comes: it comes rarely here."""

import asyncio
import gc
import weakref

from propactor.actors.supervisor import Supervisor
from propactor.core.errors import UpstreamError
from propactor.core.events import Started, TextDelta
from propactor.core.upstream import GenerationRequest
from propactor.metrics import Metrics
from propactor.settings import Settings
from propactor.testing.scripted import ScriptedUpstream


async def test_forgotten_generations_are_freed() -> None:
    """A generation that ended and isn't kept leaves no cycle of objects behind."""
    supervisor = Supervisor(Settings.model_validate({"limits": {"retained": 1}}), Metrics())
    failing = ScriptedUpstream([TextDelta("Hm"), UpstreamError("unwell")])
    gc.collect()
    gc.disable()
    try:
        first = await _run(supervisor, failing, "req_1")
        await _run(supervisor, failing, "req_2")
        failing.runs.clear()
        await asyncio.sleep(0)
        assert first() is None
    finally:
        gc.enable()


async def _run(supervisor: Supervisor, upstream: ScriptedUpstream, name: str) -> weakref.ref[object]:
    request = GenerationRequest(name, "gen", "a lamp", "Lamp", keep_running=True)
    actor = supervisor.create(request, [upstream], Started("gen", "events", "state", 0))
    actor.launch()
    await actor.ended()
    return weakref.ref(actor)
