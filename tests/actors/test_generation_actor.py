"""A generation as an actor: whatever upstreams, readers and clocks do, it ends well."""

import asyncio

import pytest

from propactor.core.events import (
    Result,
    TextDelta,
    Thinking,
    ToolCall,
)
from tests.actors.stage import (
    PROP,
    RULES,
    Puppet,
    check_ended,
    done,
    journal,
    kinds,
    phases,
    soon,
    stage,
    text,
    told,
)
from tests.virtual import virtual


@virtual
async def test_result() -> None:
    """Thoughts, tools and text become a prop, in order, and the model is said to have made it."""
    puppet = Puppet()
    async with stage() as on:
        actor = await on.begin(puppet)
        puppet.run.say(Thinking("hm"))
        puppet.run.say(ToolCall("read", "t"))
        puppet.run.say(TextDelta(PROP))
        puppet.run.reply()
        await actor.ended()

    assert kinds(actor) == (
        "started progress thinking tool_call text_delta part progress result done"
    )  # fmt: skip
    assert phases(actor) == ["streaming", "parsing_output"]
    assert isinstance(actor.outcome, Result)
    assert (actor.outcome.method, len(actor.outcome.parts), done(actor).ok) == ("ai", 1, True)
    assert (done(actor).upstream_cancel, actor.upstream_cancel) == (None, None)
    check_ended(actor)


@virtual
async def test_launch() -> None:
    """Nothing is asked before the launch, and a second launch asks nothing."""
    puppet = Puppet()
    async with stage() as on:
        actor = on.create(puppet)
        actor.subscribe()
        await soon()
        assert (kinds(actor), puppet.runs, actor.launched) == ("started", [], False)

        actor.launch()
        actor.launch()
        await soon()

        assert (len(puppet.runs), actor.launched) == (1, True)


@virtual
async def test_final_text() -> None:
    """The text of the final answer counts more than the deltas."""
    puppet = Puppet()
    async with stage() as on:
        actor = await on.begin(puppet)
        puppet.run.say(TextDelta("garbled"))
        puppet.run.reply(PROP)
        await actor.ended()

    assert isinstance(actor.outcome, Result)


@virtual
async def test_deltas_leave_in_time() -> None:
    """A delta that waits leaves with the window, although nothing follows."""
    puppet = Puppet()
    async with stage() as on:
        actor = await on.begin(puppet)
        puppet.run.say(TextDelta("a"))
        puppet.run.say(TextDelta("b"))
        await soon()
        assert text(told(actor)) == "a"

        await asyncio.sleep(RULES.generation.window + 0.01)

        assert text(told(actor)) == "ab"


@pytest.mark.parametrize("pause", [0.001, 0.003, 0.007, 0.02, 0.033, 0.05])
@virtual
async def test_held_for_a_window(pause: float) -> None:
    """However fast text comes, none waits for more than 50 ms, and it makes at most 35 frames a second."""
    puppet, clock = Puppet(), asyncio.get_running_loop().time
    said: list[float] = []
    async with stage() as on:
        actor = await on.begin(puppet)
        for number in range(300):
            if number % 50 == 7:
                puppet.run.say(ToolCall("read", "t"))
            puppet.run.say(TextDelta("x"))
            said.append(clock() + on.supervisor.epoch)
            await asyncio.sleep(pause)
        await asyncio.sleep(0.1)

    heard, tools = 0, kinds(actor).count("tool_call")
    for entry in journal(actor):
        if isinstance(entry.event, TextDelta):
            assert entry.ts / 1000 - said[heard] <= 0.05
            heard = entry.event.accumulated_chars
    assert heard == len(said)
    assert kinds(actor).count("text_delta") <= 35 * (said[-1] - said[0] + 0.1) + 2 * tools + 1
