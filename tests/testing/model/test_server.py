"""The fake model, read by the libraries of those whose protocols it speaks."""

import anthropic
import openai
from openai.types.chat import ChatCompletionUserMessageParam

from propactor.testing.model import KEY, FakeModel
from propactor.testing.steps import Say, Think

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
