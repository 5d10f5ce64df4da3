"""The scripted upstream says what it is told, when it is told, and remembers what was asked of it."""

import asyncio

import pytest

from propactor.core.errors import UpstreamError
from propactor.core.events import TextDelta, Thinking
from propactor.core.upstream import GenerationRequest, Reply, Upstream
from propactor.testing.scripted import ScriptedUpstream, Step, Stopping, Wait
from tests.support.emitted import Emitted

REQUEST = GenerationRequest("req-1", "job-1", "a lamp", "Lamp")


async def test_it_says_its_events_in_order() -> None:
    """Events come as they stand in the script, and the reply ends it: what follows isn't played."""
    said = Emitted()
    script: list[Step] = [Thinking("hm"), Wait(0), TextDelta("a"), Reply("text"), TextDelta("never")]

    reply = await ScriptedUpstream(script).begin(REQUEST, said).finish()

    assert said == [Thinking("hm"), TextDelta("a")]
    assert reply == Reply("text")


async def test_a_script_without_a_reply_ends_all_the_same() -> None:
    """At the end of the script the deltas have said it all."""
    run = ScriptedUpstream([TextDelta("a")]).begin(REQUEST, Emitted())

    assert await run.finish() == Reply()
    assert run.ended.is_set()


async def test_it_waits_for_somebody() -> None:
    """A script can wait until its owner lets it go on."""
    said = Emitted()
    go_on = asyncio.Event()
    run = ScriptedUpstream([TextDelta("a"), go_on, TextDelta("b")]).begin(REQUEST, said)

    async with asyncio.timeout(5), asyncio.TaskGroup() as tasks:
        tasks.create_task(run.finish())
        await run.started.wait()
        assert said == [TextDelta("a")]
        go_on.set()

    assert said == [TextDelta("a"), TextDelta("b")]


@pytest.mark.parametrize("error", [UpstreamError("no"), KeyError("a defect")])
async def test_it_fails_as_told(error: Exception) -> None:
    """Whatever stands in the script is raised, defects included."""
    run = ScriptedUpstream([error]).begin(REQUEST, Emitted())

    with pytest.raises(type(error)):
        await run.finish()

    assert run.ended.is_set()


@pytest.mark.parametrize(("stopping", "answer"), [("confirmed", True), ("unconfirmed", False)])
async def test_it_answers_a_stop(stopping: Stopping, answer: bool) -> None:
    """Being asked to stop is remembered, and answered as told."""
    run = ScriptedUpstream(stopping=stopping).begin(REQUEST, Emitted())

    assert await run.stop() is answer
    assert run.stopped.is_set()


async def test_it_may_never_answer_a_stop() -> None:
    """A silent upstream leaves the asker to its own timeout."""
    run = ScriptedUpstream(stopping="silent").begin(REQUEST, Emitted())

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await run.stop()

    assert run.stopped.is_set()


async def test_scripts_can_depend_on_the_request() -> None:
    """A function makes a script of each request, and every run is kept."""
    said = Emitted()
    upstream: Upstream = (
        scripted := ScriptedUpstream(lambda request: [TextDelta(request.prompt)], source="model")
    )

    await upstream.begin(REQUEST, said).finish()

    assert said == [TextDelta("a lamp")]
    assert [run.request for run in scripted.runs] == [REQUEST]
    assert (upstream.source, upstream.session_key(REQUEST)) == ("model", "scripted:job-1")


def test_it_has_the_problem_it_is_given() -> None:
    """An upstream can be told to be out of order."""
    fault = UpstreamError("closed")

    assert ScriptedUpstream(fault=fault).problem() is fault
    assert ScriptedUpstream().problem() is None
