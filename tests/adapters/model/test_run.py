"""Answers over real sockets: what they say and when, how they end, and that hanging up is noticed."""

import asyncio
import json
import time
from dataclasses import replace

import pytest

from propactor.adapters.model.options import Api
from propactor.core.errors import Cancelled, GenerationTimeout, ModelRefused, UpstreamError
from propactor.core.events import Progress, TextDelta, Thinking
from propactor.core.upstream import Reply
from propactor.prompting import prompt
from propactor.testing.model.steps import Frame, Refusal, Stop
from propactor.testing.steps import Disconnect, Fail, Hang, Say, Step, Think, Wait
from tests.adapters.model.asking import APIS, REQUEST, Asked, asking, upstream

both = pytest.mark.parametrize("api", APIS)
LAMP = "\U0001f4a1"


@both
async def test_thoughts_then_text(api: Api) -> None:
    """Thoughts arrive long before the answer ends; text is exactly what was said, dated when it came."""
    before = int(time.time() * 1000)
    script = [Think("A lamp,\n red."), Wait(0.4), Say("  One\n\n"), Say(" two \n")]
    async with asking(api, script) as (_, asked):
        reply = await asked.run.finish()

    assert reply == Reply()
    assert [type(event) for event in asked.events[:3]] == [Progress, Thinking, TextDelta]
    assert asked.at[1] < 0.35 < asked.at[2]
    assert (asked.thoughts, asked.words) == ({"1": "A lamp,\n red."}, "  One\n\n two \n")
    dates = [event.at for event in asked.events if isinstance(event, TextDelta)]
    assert all(at is not None and before <= at <= int(time.time() * 1000) for at in dates)


@both
async def test_request(api: Api) -> None:
    """The model is asked with our prompt, as a stream; a request may name another model."""
    async with asking(api, [Say("x")], replace(REQUEST, model="other")) as (model, asked):
        await asked.run.finish()

    (body,) = model.asked
    assert (body["model"], body["stream"]) == ("other", True)
    assert body["messages"] == [{"role": "user", "content": prompt.build("A lamp", "Lamp")}]


@both
async def test_accepted_with_the_headers(api: Api) -> None:
    """The answer counts as accepted once its headers are there, before the model says a word."""
    async with asking(api, [Wait(0.3), Say("x")]) as (_, asked):
        await asked.run.finish()

    assert asked.events[0] == Progress("accepted", source="model")
    assert asked.at[0] < 0.25 < asked.at[1]


@both
@pytest.mark.parametrize("width", [1, 2, 3, 7])
async def test_bytes_cut_anywhere(api: Api, width: int) -> None:
    """An emoji whose bytes come one by one arrives whole."""
    answer = _spoken(api, f"a{LAMP}é")
    pieces = [Frame(answer[at : at + width]) for at in range(0, len(answer), width)]
    async with asking(api, pieces) as (_, asked):
        await asked.run.finish()

    assert asked.words == f"a{LAMP}é"


def _spoken(api: Api, text: str) -> bytes:
    """Return the frame that says a text, as UTF-8."""
    if api == "openai":
        data: dict[str, object] = {"choices": [{"index": 0, "delta": {"content": text}}]}
    else:
        delta = {"type": "text_delta", "text": text}
        data = {"type": "content_block_delta", "index": 0, "delta": delta}
    return b"event: message\ndata: %b\n\n" % json.dumps(data, ensure_ascii=False).encode()


@both
async def test_halves_of_characters(api: Api) -> None:
    """An emoji whose UTF-16 halves come as two tokens arrives whole, in thoughts too."""
    script = [Think("\ud83d"), Think("\udca1!"), Say("\ud83d"), Say("\udca1")]
    async with asking(api, script) as (_, asked):
        await asked.run.finish()

    assert (asked.thoughts, asked.words) == ({"1": f"{LAMP}!"}, LAMP)


@both
async def test_secrets_in_thoughts(api: Api) -> None:
    """A secret in a thought is taken out, even in two pieces; in the text it stays, for that is lossless."""
    secret = "ghp_" + "a1B2" * 9
    script = [Think(f"The token is {secret[:9]}"), Think(f"{secret[9:]} I think"), Say(secret)]
    async with asking(api, script) as (_, asked):
        await asked.run.finish()

    assert secret[:12] not in asked.thoughts["1"]
    assert asked.thoughts["1"].endswith(" I think")
    assert asked.words == secret


@both
async def test_two_thoughts(api: Api) -> None:
    """A thought after text is another thought."""
    async with asking(api, [Think("one"), Say("x"), Think("two"), Say("y")]) as (_, asked):
        await asked.run.finish()

    assert (asked.thoughts, asked.words) == ({"1": "one", "2": "two"}, "xy")


@both
@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, ModelRefused, "check [model] api_key"),
        (403, ModelRefused, "check what [model] api_key allows"),
        (404, ModelRefused, "check [model] base_url"),
        (400, ModelRefused, "unwell"),
        (429, UpstreamError, "Too Many Requests"),
        (500, UpstreamError, "unwell"),
        (529, UpstreamError, "529"),
    ],
)
async def test_refused(api: Api, status: int, kind: type, words: str) -> None:
    """A status becomes an error that says whether trying again may help; we don't try again ourselves."""
    async with asking(api, [Refusal(status=status)]) as (model, asked):
        with pytest.raises(UpstreamError) as caught:
            await asked.run.finish()

    assert type(caught.value) is kind
    assert words in caught.value.message
    assert (len(model.asked), asked.events) == (1, [])


@both
async def test_retry_after(api: Api) -> None:
    """When the API says how long to wait, the error does."""
    async with asking(api, [Refusal(status=429, headers={"Retry-After": "7"})]) as (_, asked):
        with pytest.raises(UpstreamError) as caught:
            await asked.run.finish()

    assert (caught.value.retry_after_ms, caught.value.recoverable) == (7000, True)


@both
async def test_wrong_key(api: Api) -> None:
    """A key that is refused is not in the error, though the server repeats it."""
    async with asking(api, [], api_key="not-this-one") as (_, asked):
        with pytest.raises(ModelRefused) as caught:
            await asked.run.finish()

    assert "invalid key: [redacted]" in caught.value.message
    assert not caught.value.recoverable


@both
async def test_refused_connection(api: Api) -> None:
    """A port where nobody listens is an error at once, with its address."""
    asked = Asked(upstream("http://127.0.0.1:9", api), REQUEST)

    with pytest.raises(UpstreamError, match=r"can't|connection to the model's API failed.*127\.0\.0\.1"):
        await asked.run.finish()

    await asked.upstream.close()


@both
async def test_slow_to_accept(api: Api) -> None:
    """An API without an answer in time is given up, and sees us hang up."""
    async with asking(api, [Refusal(at=30)], accept=0.2) as (_, asked):
        with pytest.raises(GenerationTimeout) as caught:
            await asked.run.finish()

    assert caught.value.phase == "accept"
    assert asked.events == []


@both
async def test_slow_to_end(api: Api) -> None:
    """An answer that takes too long is given up, and the server sees us hang up."""
    async with asking(api, [Say("x"), Hang()], total=0.1, end_margin=0.1) as (model, asked):
        with pytest.raises(GenerationTimeout) as caught:
            await asked.run.finish()
        await asyncio.wait_for(model.gone.wait(), 1)

    assert caught.value.phase == "total"


@both
@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ([Disconnect()], "connection to the model's API failed"),
        ([Fail("out of memory")], "the model failed: out of memory"),
        ([Frame(b"data: {\n\n")], "no JSON"),
        ([Frame(b"data: " + b"x" * (17 * 2**20))], "longer than"),
    ],
)
async def test_failed_midway(api: Api, steps: list[Step], words: str) -> None:
    """A connection that breaks and an error in the stream are failures, however much was said before."""
    async with asking(api, [Say("Half a lamp"), *steps]) as (_, asked):
        with pytest.raises(UpstreamError, match=words):
            await asked.run.finish()

    assert asked.words == "Half a lamp"


@both
async def test_broken_after_the_end(api: Api) -> None:
    """A connection that breaks or lingers after the answer has ended makes it no worse."""
    for rest in (Disconnect(), Hang()):
        async with asking(api, [Say("x"), Frame(_ending(api)), rest]) as (_, asked):
            reply = await asked.run.finish()

        assert (reply, asked.words) == (Reply(), "x")


def _ending(api: Api) -> bytes:
    """Return the frame that says why an answer ends, without the end of the stream."""
    if api == "openai":
        return b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    return b'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"}}\n\n'


@pytest.mark.parametrize(("api", "reason"), [("openai", "length"), ("anthropic", "max_tokens")])
async def test_capped(api: Api, reason: str) -> None:
    """An answer cut at its limit of length is an answer, and says so."""
    async with asking(api, [Say("x"), Stop(reason=reason)]) as (_, asked):
        await asked.run.finish()

    assert asked.phases == ["accepted", "capped"]
    assert asked.words == "x"


@pytest.mark.parametrize(("api", "reason"), [("openai", "content_filter"), ("anthropic", "refusal")])
async def test_refusal(api: Api, reason: str) -> None:
    """A model that refuses has given no answer."""
    async with asking(api, [Say("I"), Stop(reason=reason)]) as (_, asked):
        with pytest.raises(ModelRefused, match=f"refused: {reason}"):
            await asked.run.finish()


async def test_page_instead_of_a_stream() -> None:
    """A web server that is no API is told from a model without words."""
    async with asking("openai", [Refusal(status=200)]) as (_, asked):
        with pytest.raises(
            ModelRefused, match=r"application/json, not a stream \(check \[model\] base_url\)"
        ):
            await asked.run.finish()


@both
async def test_stop_hangs_up(api: Api) -> None:
    """To stop is to hang up: the server sees it within a second, and the stop is confirmed."""
    async with asking(api, [Say("x"), Hang()]) as (model, asked):
        finishing = asyncio.create_task(asked.run.finish())
        while not asked.words:
            await asyncio.sleep(0)
        confirmed = await asked.run.stop()
        await asyncio.wait_for(model.gone.wait(), 1)
        with pytest.raises(Cancelled):
            await finishing

    assert confirmed is True
    assert await asked.run.stop() is True


@both
async def test_stop_before_the_headers(api: Api) -> None:
    """A run that waits for its answer can be stopped too."""
    async with asking(api, [Refusal(at=30)]) as (model, asked):
        finishing = asyncio.create_task(asked.run.finish())
        while not model.asked:
            await asyncio.sleep(0)
        confirmed = await asked.run.stop()
        with pytest.raises(Cancelled):
            await finishing

    assert confirmed is True


async def test_stop_before_the_beginning() -> None:
    """A run that was stopped before it began asks nobody."""
    async with asking("openai", [Say("x")]) as (model, asked):
        confirmed = await asked.run.stop()
        with pytest.raises(Cancelled):
            await asked.run.finish()

    assert (confirmed, model.asked) == (True, [])


@both
async def test_cancelled_task_hangs_up(api: Api) -> None:
    """A run whose task is cancelled hangs up as well, and is cancelled like any task."""
    async with asking(api, [Say("x"), Hang()]) as (model, asked):
        finishing = asyncio.create_task(asked.run.finish())
        while not asked.words:
            await asyncio.sleep(0)
        finishing.cancel()
        await asyncio.wait([finishing])
        await asyncio.wait_for(model.gone.wait(), 1)

    assert finishing.cancelled()


@both
async def test_answers_at_once(api: Api) -> None:
    """Many answers at a time don't get mixed up."""
    script = [Say("a", rate=50), Say("b c d", rate=50)]
    async with asking(api, script) as (_, first):
        runs = [first, *(Asked(first.upstream, REQUEST) for _ in range(20))]
        await asyncio.gather(*(asked.run.finish() for asked in runs))

    assert {asked.words for asked in runs} == {"ab c d"}
