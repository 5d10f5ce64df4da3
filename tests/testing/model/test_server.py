"""The fake model, read by the libraries of those whose protocols it speaks."""

import asyncio
from collections.abc import Mapping
from typing import Any

import anthropic
import openai
import pytest
from aiohttp import ClientSession
from openai.types.chat import ChatCompletionUserMessageParam

from propactor.testing.model import KEY, FakeModel
from propactor.testing.model.server import Pace
from propactor.testing.steps import Hang, Say, Think, UseTool, Wait
from tests.support.virtual import virtual

SCRIPT = [Think("Hm. ", rate=200), Say("A lamp, "), Say("red.")]
USAGE = {"prompt_tokens": 900, "completion_tokens": 90, "total_tokens": 990}


async def test_openai() -> None:
    """OpenAI's library reads thoughts, text, the reason for the end, and the numbers."""
    async with FakeModel("openai", SCRIPT) as model:
        async with openai.AsyncOpenAI(base_url=model.url, api_key=KEY) as client:
            asked: ChatCompletionUserMessageParam = {"role": "user", "content": "A lamp"}
            stream = await client.chat.completions.create(model="fake-1", messages=[asked], stream=True)
            chunks = [chunk async for chunk in stream]

    choices = [choice for chunk in chunks for choice in chunk.choices]
    assert "".join(choice.delta.content or "" for choice in choices) == "A lamp, red."
    assert choices[0].delta.to_dict()["reasoning_content"] == "Hm."
    assert choices[-1].finish_reason == "stop"
    assert (chunks[-1].choices, chunks[-1].to_dict()["usage"]) == ([], USAGE)


async def test_anthropic() -> None:
    """Anthropic's library puts a message together from the blocks."""
    async with FakeModel("anthropic", SCRIPT) as model:
        async with anthropic.AsyncAnthropic(base_url=model.url, api_key=KEY) as client:
            asked: anthropic.types.MessageParam = {"role": "user", "content": "A lamp"}
            async with client.messages.stream(model="fake-1", messages=[asked], max_tokens=2048) as stream:
                message = await stream.get_final_message()

    assert [block.type for block in message.content] == ["thinking", "text"]
    assert message.content[1].to_dict()["text"] == "A lamp, red."
    assert message.stop_reason == "end_turn"


LOOKING = [Say("Let me see."), UseTool("read", {"path": "notes.txt"}), Say("A lamp.")]


async def test_openai_tool() -> None:
    """A tool ends the answer; the request that brings its result gets what follows."""
    async with FakeModel("openai", LOOKING) as model:
        async with openai.AsyncOpenAI(base_url=model.url, api_key=KEY) as client:
            messages: list[Any] = [{"role": "user", "content": "A lamp"}]
            stream = await client.chat.completions.create(model="m", messages=messages, stream=True)
            chunks = [chunk async for chunk in stream if chunk.choices]
            (call,) = [call for chunk in chunks for call in chunk.choices[0].delta.tool_calls or ()]
            messages += [{"role": "tool", "tool_call_id": str(call.id), "content": "nothing special"}]
            stream = await client.chat.completions.create(model="m", messages=messages, stream=True)
            rest = [chunk async for chunk in stream if chunk.choices]

    assert call.function is not None
    assert (call.function.name, call.function.arguments) == ("read", '{"path": "notes.txt"}')
    assert [found[-1].choices[0].finish_reason for found in (chunks, rest)] == ["tool_calls", "stop"]
    assert rest[0].choices[0].delta.content == "A lamp."
    assert rest[0].model == "m"


async def test_anthropic_tool() -> None:
    """Anthropic's library finds the tool call in a block of its own, and gets what follows."""
    async with FakeModel("anthropic", LOOKING) as model:
        async with anthropic.AsyncAnthropic(base_url=model.url, api_key=KEY) as client:
            messages: list[Any] = [{"role": "user", "content": "A lamp"}]
            async with client.messages.stream(model="m", messages=messages, max_tokens=2048) as stream:
                message = await stream.get_final_message()
            call = message.content[1].to_dict()
            result = {"type": "tool_result", "tool_use_id": call["id"], "content": "nothing special"}
            messages += [{"role": "user", "content": [result]}]
            async with client.messages.stream(model="m", messages=messages, max_tokens=2048) as stream:
                rest = await stream.get_final_message()

    assert (message.stop_reason, rest.stop_reason) == ("tool_use", "end_turn")
    assert (call["name"], call["input"]) == ("read", {"path": "notes.txt"})
    assert [block.to_dict()["text"] for block in rest.content] == ["A lamp."]


async def post(model: FakeModel, text: str) -> tuple[int, str]:
    """Ask without a library; return the status and all that was answered."""
    body = {"model": "m", "messages": [{"role": "user", "content": text}]}
    async with ClientSession(headers={"x-api-key": model.key}) as session:
        async with session.post(f"{model.root}/v1/chat/completions", json=body) as response:
            return response.status, await response.text()


@pytest.mark.parametrize("api", ["openai", "anthropic"])
async def test_the_prompt_decides(api: str) -> None:
    """Without a script the words in the prompt say what comes, whichever address is the main one."""
    async with FakeModel(api) as model:
        counted = await post(model, "Count. #scenario=count #n=3 #rate=10000")
        refused = await post(model, "Be gone. #scenario=error429")

    assert counted[0] == 200
    assert [word in counted[1] for word in ("t00000", "t00002", "t00003")] == [True, True, False]
    assert (refused[0], "the prompt asked for 429" in refused[1]) == (429, True)


async def test_progress_is_observed() -> None:
    """Who observes is told when an answer is asked for, begins, and ends or is hung up on."""
    seen: list[tuple[str, str]] = []

    def observe(progress: str, body: Mapping[str, Any]) -> None:
        seen.append((progress, body["messages"][0]["content"]))

    async with FakeModel("openai", [Say("Hi"), Wait(0), Say("!")], observe=observe) as model:
        await post(model, "one")
        model.script = [Hang()]
        hanging = asyncio.create_task(post(model, "two"))
        while ("request", "two") not in seen:
            await asyncio.sleep(0)
        hanging.cancel()
        async with asyncio.timeout(5):
            await model.gone.wait()

    assert seen == [
        ("request", "one"),
        ("streaming", "one"),
        ("end", "one"),
        ("request", "two"),
        ("client-gone", "two"),
    ]


@virtual
async def test_what_is_late_delays_nothing() -> None:
    """What comes late, because its reader was slow, doesn't delay what follows; nothing comes too early."""
    clock = asyncio.get_running_loop().time
    pace, begun, at = Pace(), clock(), list[float]()
    for busy, seconds in ((0.5, 1.0), (2.0, 1.0), (0.1, 1.0), (0.0, 1.0)):
        await asyncio.sleep(busy)
        await pace.wait(seconds)
        at.append(round(clock() - begun, 6))
    await pace.reach(9)

    assert at == [1.0, 3.0, 3.1, 4.0]
    assert clock() - begun == pytest.approx(9)
