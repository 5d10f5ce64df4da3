"""When things arrive: the promises that a batch at the end would break."""

from contextlib import AbstractAsyncContextManager

from propactor.testing.gateway import FakeGateway
from propactor.testing.steps import Accept, Say, Think, UseTool
from tests.server.service import Service, assert_grammar, names, service, text

WORDS = " ".join(f"word{n:03d}" for n in range(60))
LONG = [
    Think("A thought said early.", at=0.2),
    UseTool("read", {"path": "notes.txt"}, "two lines", at=0.4),
    Say(WORDS, rate=40, at=0.6),
    Say(" The end.", at=3.0),
]


async def test_thought_arrives_long_before_the_end() -> None:
    """A thought said at 0.2 s is with the client by 0.7 s although the run takes 3 s."""
    async with FakeGateway(script=LONG) as gateway, _connected(gateway) as served:
        heard = await served.read()

    thought = next(one for one in heard if one.event == "thinking")
    assert thought.at < 0.7
    assert heard[-1].at > 2.9
    assert_grammar(heard)


async def test_deltas_are_spread_over_the_run() -> None:
    """Text arrives while it is written: at no time is more than a sixth of it handed over at once."""
    async with FakeGateway(script=LONG) as gateway, _connected(gateway) as served:
        heard = await served.read()

    deltas = [one for one in heard if one.event == "text_delta" and one.data["source"] == "gateway"]
    assert deltas[0].at < 1.0
    assert max(len(one.data["delta"]) for one in deltas) < len(WORDS) / 6
    spread = [one.at for one in deltas if one.at < 2.9]
    assert spread[-1] - spread[0] > 1.0


async def test_first_delta_is_not_held_back() -> None:
    """The first word leaves at once, not when a window ends."""
    script = [Say("First", at=0.2), Say(" and the rest.", at=1.5)]
    async with FakeGateway(script=script) as gateway, _connected(gateway) as served:
        async with served.open() as stream:
            first = await stream.until("text_delta")

    assert first.data["delta"] == "First"
    assert first.at < 0.7


async def test_started_comes_before_anything_is_asked() -> None:
    """`started` is in the client's hands within 100 ms, and before the gateway hears of the request."""
    script = [Accept(0.5), Say("Hello.")]
    async with FakeGateway(script=script) as gateway, _connected(gateway) as served:
        await served.get("/readyz")
        async with served.open() as stream:
            started = await stream.next()
            assert started.event == "started"
            assert started.at < 0.1
            await gateway.until(lambda: bool(gateway.asked("agent")))
            assert names(stream.heard) == ["started"]


async def test_protocol_three_streams_too() -> None:
    """A gateway of February delivers text and tools as they happen, and the same text in the end."""
    async with FakeGateway(protocol=3, script=LONG) as gateway, _connected(gateway) as served:
        heard = await served.read()

    kinds = names(heard)
    assert kinds.index("tool_call") < kinds.index("tool_result") < kinds.index("text_delta")
    assert next(one.at for one in heard if one.event == "text_delta") < 1.1
    assert WORDS in text([one for one in heard if one.data.get("source") == "gateway"])


def _connected(gateway: FakeGateway) -> AbstractAsyncContextManager[Service]:
    return service(None, gateway={"url": gateway.url, "token": gateway.token})
