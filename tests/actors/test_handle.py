"""A handle on a generation: what the service outside may do with it."""

import asyncio

import pytest

from propactor.actors.generation_actor import GenerationActor
from propactor.actors.handle import GenerationHandle
from propactor.actors.journal import Subscription
from propactor.core.entries import payload
from propactor.core.errors import InvalidRequest
from propactor.core.events import TextDelta
from tests.support.actor_harness import PROP, FakeUpstream, harness, soon
from tests.support.virtual import virtual


def now() -> float:
    """Return the loop's time."""
    return asyncio.get_running_loop().time()


@virtual
async def test_life() -> None:
    """A generation is launched once, is read, and is described while it lives and when it has ended."""
    upstream = FakeUpstream()
    async with harness() as on:
        actor = on.create(upstream)
        generation = GenerationHandle(actor)
        generation.subscribe()
        assert (generation.request_id, generation.job_id, generation.launched) == ("r1", "jr1", False)
        generation.launch()
        generation.launch()
        await soon()
        upstream.run.say(TextDelta(PROP))
        await asyncio.sleep(2)
        live = generation.snapshot(now())
        upstream.run.reply()
        await actor.ended()
        over = generation.snapshot(now() + 100)

    assert (live.state, live.readers, live.outcome, live.finished_at) == ("streaming", 1, None, None)
    assert (live.last_event_id, live.stats.text_chars) == (4, len(PROP))
    assert live.seconds == pytest.approx(2, abs=0.01)
    assert live.created_at == actor.record.created_at + actor.epoch
    assert over.state == "done"
    assert over.outcome is generation.outcome
    assert over.outcome is not None
    assert (over.outcome.kind, payload(over.outcome.data)["method"]) == ("result", "ai")
    assert generation.finished
    assert over.seconds == pytest.approx(live.seconds, abs=0.01)  # its life ended, whenever one asks
    assert over.finished_at == pytest.approx(over.created_at + over.seconds)


@virtual
async def test_cancel() -> None:
    """A cancelled generation says how its upstream took it; a second cancel stops nothing."""
    upstream = FakeUpstream()
    async with harness() as on:
        actor = await on.begin(upstream)
        generation = GenerationHandle(actor)
        first, second = generation.cancel("asked"), generation.cancel("asked")
        await actor.ended()

    found = generation.snapshot(0)
    assert (first, second, found.upstream_cancel) == (True, False, "confirmed")
    assert found.outcome is not None
    assert payload(found.outcome.data)["code"] == "CANCELLED"


@virtual
async def test_places() -> None:
    """A reader's place begins where it is asked for, and the last one to be closed starts the grace."""
    upstream = FakeUpstream()
    async with harness() as on:
        actor = on.create(upstream)
        generation = GenerationHandle(actor)
        first, second = generation.subscribe(), generation.subscribe(1)
        with pytest.raises(InvalidRequest):
            generation.subscribe(7)
        generation.launch()
        await soon()

        taken = [len(place.take().data) for place in (first, second)]
        abandoned = [_abandoned(actor, generation, place) for place in (first, second)]

    assert (taken, abandoned) == ([1, 0], [False, True])


def _abandoned(actor: GenerationActor, generation: GenerationHandle, place: Subscription) -> bool:
    """Close a place, and return whether nobody reads any more."""
    generation.unsubscribe(place)
    return actor.readers.abandoned_at is not None
