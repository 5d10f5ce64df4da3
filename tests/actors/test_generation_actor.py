"""A generation as an actor: whatever upstreams, readers and clocks do, it ends well."""

import asyncio

import pytest

from propactor.core.events import (
    Result,
    TextDelta,
    Thinking,
    ToolCall,
)
from tests.support.actor_harness import (
    PROP,
    WINDOW,
    FakeUpstream,
    check_ended,
    done,
    harness,
    journal,
    kinds,
    phases,
    result_of,
    soon,
    text,
    told,
)
from tests.support.entries import body_of, outcome_of
from tests.support.virtual import virtual


@virtual
async def test_result() -> None:
    """Thoughts, tools and text become a prop, in order, and the model is said to have made it."""
    upstream = FakeUpstream()
    async with harness() as on:
        actor = await on.begin(upstream)
        upstream.run.say(Thinking("hm"))
        upstream.run.say(ToolCall("read", "t"))
        upstream.run.say(TextDelta(PROP))
        upstream.run.reply()
        await actor.ended()

    assert kinds(actor) == (
        "started progress thinking tool_call text_delta part progress result done"
    )  # fmt: skip
    assert phases(actor) == ["streaming", "parsing_output"]
    assert (result_of(actor).method, len(result_of(actor).parts), done(actor).ok) == (
        "ai",
        1,
        True,
    )
    assert (done(actor).upstream_cancel, actor.record.upstream_cancel) == (None, None)
    check_ended(actor)


@virtual
async def test_launch() -> None:
    """Nothing is asked before the launch, and a second launch asks nothing."""
    upstream = FakeUpstream()
    async with harness() as on:
        actor = on.create(upstream)
        actor.readers.subscribe()
        await soon()
        assert (kinds(actor), upstream.runs, actor.launched) == ("started", [], False)

        actor.launch()
        actor.launch()
        await soon()

        assert (len(upstream.runs), actor.launched) == (1, True)


@virtual
async def test_final_text() -> None:
    """The text of the final answer counts more than the deltas."""
    upstream = FakeUpstream()
    async with harness() as on:
        actor = await on.begin(upstream)
        upstream.run.say(TextDelta("garbled"))
        upstream.run.reply(PROP)
        await actor.ended()

    assert isinstance(outcome_of(actor.generation), Result)


@virtual
async def test_deltas_leave_in_time() -> None:
    """A delta that waits leaves with the window, although nothing follows."""
    upstream = FakeUpstream()
    async with harness() as on:
        actor = await on.begin(upstream)
        upstream.run.say(TextDelta("a"))
        await soon()
        upstream.run.say(TextDelta("b"))
        await soon()
        assert text(told(actor)) == "a"

        await asyncio.sleep(WINDOW + 0.01)

        assert text(told(actor)) == "ab"


@pytest.mark.parametrize("pause", [0.001, 0.003, 0.007, 0.02, 0.033, 0.05])
@virtual
async def test_held_for_a_window(pause: float) -> None:
    """However fast text comes, none waits for more than 50 ms, and it makes at most 35 frames a second."""
    upstream, clock = FakeUpstream(), asyncio.get_running_loop().time
    said: list[float] = []
    async with harness() as on:
        actor = await on.begin(upstream)
        for number in range(300):
            if number % 50 == 7:
                upstream.run.say(ToolCall("read", "t"))
            upstream.run.say(TextDelta("x"))
            said.append(clock() + on.supervisor.epoch)
            await asyncio.sleep(pause)
        await asyncio.sleep(0.1)

    heard, tools = 0, kinds(actor).count("tool_call")
    for frame in journal(actor):
        body = body_of(frame)
        if body.get("kind") == "text_delta":
            assert body["ts"] / 1000 - said[heard] <= 0.05
            heard = body["accumulatedChars"]
    assert heard == len(said)
    assert kinds(actor).count("text_delta") <= 35 * (said[-1] - said[0] + 0.1) + 2 * tools + 1
