"""The supervisor: finds, limits, keeps and drains generations."""

import asyncio
import time

import pytest

from propactor.actors.generation_actor import GenerationActor
from propactor.core.errors import NotFound, ServiceStopping, TooManyGenerations
from propactor.core.events import Result, TextDelta, Thinking
from tests.support.actor_harness import (
    PROP,
    SETTINGS,
    ActorHarness,
    FakeUpstream,
    check_ended,
    error_of,
    harness,
    kinds,
    soon,
)
from tests.support.entries import outcome_of
from tests.support.virtual import virtual


async def finished(on: ActorHarness, said: str = PROP) -> str:
    """Run a generation to its end, and return its name."""
    upstream = FakeUpstream()
    actor = await on.begin(upstream)
    upstream.run.reply(said)
    await actor.ended()
    return actor.request.request_id


def known(on: ActorHarness, name: str) -> bool:
    """Tell whether a generation can be found."""
    try:
        on.supervisor.find(name)
    except NotFound:
        return False
    return True


@virtual
async def test_find() -> None:
    """A generation is found while it lives and afterwards; what never was isn't."""
    upstream = FakeUpstream()
    async with harness() as on:
        actor = await on.begin(upstream)
        assert on.supervisor.find("r1") is actor
        assert (list(on.supervisor), on.supervisor.live) == ([actor], [actor])

        upstream.run.reply(PROP)
        await actor.ended()

        assert on.supervisor.find("r1") is actor
        assert on.supervisor.live == []
        with pytest.raises(NotFound):
            on.supervisor.find("r2")


@virtual
async def test_newest_first() -> None:
    """Live generations are listed newest first."""
    async with harness() as on:
        actors = [await on.begin(FakeUpstream()) for _ in range(3)]

        assert on.supervisor.live == actors[::-1]


@virtual
async def test_limit() -> None:
    """When as many run as may, the next is refused; when one ends, there is room."""
    upstream = FakeUpstream()
    async with harness(limits={"generations": 2}) as on:
        actor = await on.begin(upstream)
        await on.begin(FakeUpstream())

        with pytest.raises(TooManyGenerations) as caught:
            on.create(FakeUpstream())
        assert caught.value.retry_after_ms == 1000

        upstream.run.reply(PROP)
        await actor.ended()
        await on.begin(FakeUpstream())


@virtual
async def test_abandoned_make_room() -> None:
    """When all is full, the one without a reader for longest goes, and lets exactly one in."""
    async with harness(timeouts={}, limits={"generations": 3}) as on:
        for _ in range(2):
            on.create(FakeUpstream(answer="silence")).launch()
            await asyncio.sleep(1)
        read = await on.begin(FakeUpstream())
        first, second = on.supervisor.find("r1"), on.supervisor.find("r2")

        await on.begin(FakeUpstream())
        assert first.generation.finished
        assert not second.generation.finished
        assert first in on.supervisor.live  # its upstream hasn't answered yet

        await on.begin(FakeUpstream())
        assert second.generation.finished
        with pytest.raises(TooManyGenerations):
            on.create(FakeUpstream())

        await asyncio.sleep(SETTINGS.timeouts.stop + 0.01)
        assert len(on.supervisor.live) == 3
        with pytest.raises(TooManyGenerations):
            on.create(FakeUpstream())
        assert not read.generation.finished
        check_ended(first)


@virtual
async def test_kept_for_a_time() -> None:
    """A finished generation is kept for as long as promised, from its end on."""
    async with harness(stream={"retain_seconds": 60}) as on:
        first = await finished(on)
        await asyncio.sleep(30)
        second = await finished(on)

        await asyncio.sleep(29.9)
        assert known(on, first)
        await asyncio.sleep(0.2)
        assert (known(on, first), known(on, second)) == (False, True)
        await asyncio.sleep(30)
        assert not known(on, second)
        assert on.supervisor._finished._bytes == 0


@virtual
async def test_kept_by_number() -> None:
    """Only so many finished generations are kept, the newest."""
    async with harness(limits={"retained": 2}) as on:
        names = [await finished(on) for _ in range(3)]

        assert [known(on, name) for name in names] == [False, True, True]


@virtual
async def test_kept_by_size() -> None:
    """Only so many bytes of finished generations are kept, the newest."""
    async with harness(limits={"retained_bytes": 20_000}) as on:
        small, big = await finished(on), await finished(on, "x" + PROP)
        assert on.supervisor._finished._bytes == sum(
            on.supervisor.find(name).journal.size for name in (small, big)
        )
        upstream = FakeUpstream()
        actor = await on.begin(upstream)
        upstream.run.say(TextDelta("y" * 18_000))
        upstream.run.reply(PROP)
        await actor.ended()

        assert (known(on, small), known(on, "r3")) == (False, True)
        assert on.supervisor._finished._bytes <= 20_000


@virtual
async def test_drain() -> None:
    """At a shutdown new generations are refused, and running ones get their time to end well."""
    upstream = FakeUpstream()
    async with harness(timeouts={}) as on:
        actor = await on.begin(upstream)
        draining = asyncio.create_task(on.supervisor.drain(20))
        await asyncio.sleep(10)
        with pytest.raises(ServiceStopping):
            on.create(FakeUpstream())
        assert not actor.generation.finished

        upstream.run.reply(PROP)
        await draining

    assert isinstance(outcome_of(actor.generation), Result)
    check_ended(actor)


@virtual
async def test_drain_ends() -> None:
    """Who doesn't end in time is ended: error and done, the upstream stopped, a launch comes too late."""
    upstream, mute, clock = FakeUpstream(), FakeUpstream(answer="silence"), asyncio.get_running_loop().time
    async with harness(timeouts={}) as on:
        running, silent, unasked = await on.begin(upstream), await on.begin(mute), on.create(FakeUpstream())
        upstream.run.say(Thinking("hm"))
        began = clock()

        await on.supervisor.drain(5)

        assert clock() - began == pytest.approx(5 + SETTINGS.timeouts.stop, abs=0.05)
        assert on.supervisor.live == []
        assert on.count("propactor_cancels_total", reason="stopping") == 3
    for actor in (running, silent, unasked):
        assert error_of(actor).code == "SERVICE_STOPPING"
        check_ended(actor)
    assert (upstream.run.stops, mute.run.stops) == (1, 1)
    assert kinds(unasked) == "started error done"


@virtual
async def test_drain_nothing() -> None:
    """With nothing to wait for, a shutdown takes no time."""
    clock = asyncio.get_running_loop().time
    async with harness() as on:
        began = clock()
        await on.supervisor.drain(20)

        assert clock() == began


@virtual
async def test_drain_hopeless() -> None:
    """A generation that can't be ended doesn't keep the service from stopping."""
    async with harness() as on:
        actor = await on.begin(FakeUpstream())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(GenerationActor, "cancel", lambda *_: None)
            await on.supervisor.drain(1)

            assert on.supervisor.live == [actor]


@virtual
async def test_measures() -> None:
    """How generations live and end can be scraped."""
    upstream, other = FakeUpstream(source="gateway"), FakeUpstream()
    async with harness() as on:
        actor = await on.begin(upstream)
        failing = await on.begin(other)
        upstream.run.say(Thinking("hm", source="gateway"))
        await soon()
        assert on.count("propactor_generations", state="streaming") == 1
        assert on.count("propactor_generations", state="started") == 1
        assert on.count("propactor_generations", state="parsing") == 0
        assert on.count("propactor_mailbox_depth") == 0

        upstream.run.reply(PROP)
        failing.cancel()
        await asyncio.gather(actor.ended(), failing.ended())

        assert on.count("propactor_generations", state="streaming") == 0
        assert on.count("propactor_generations_retained") == 2
        finished = "propactor_generations_finished_total"
        assert on.count(finished, outcome="result", code="ai") == 1
        assert on.count(finished, outcome="error", code="CANCELLED") == 1
        assert on.count("propactor_generation_duration_seconds_count", outcome="result") == 1
        assert on.count("propactor_time_to_first_event_seconds_count", source="gateway") == 1


@virtual
async def test_no_outcome() -> None:
    """A generation whose very ending broke counts as an error, and takes the supervisor nowhere."""
    async with harness() as on:
        actor = await on.begin(FakeUpstream())
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(GenerationActor, "crashed", lambda self: self._chain.stop())
            patch.setattr(GenerationActor, "receive", _broken)
            actor.cancel()
            await actor.ended()

        assert on.count("propactor_generations_finished_total", outcome="error", code="INTERNAL_ERROR") == 1
        assert not on.supervisor.live


def _broken(*_: object) -> None:
    raise RuntimeError("boom")


@virtual
async def test_epoch() -> None:
    """Times of the loop become Unix times."""
    async with harness() as on:
        now = asyncio.get_running_loop().time() + on.supervisor.epoch

        assert now == pytest.approx(time.time(), abs=5)
