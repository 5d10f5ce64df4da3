"""UpstreamChain: one run at a time, each with an end, and stops that are answered."""

import asyncio

import pytest

from propactor.actors.commands import Command, Failed, Replied, Stopped
from propactor.actors.upstream_chain import UpstreamChain
from propactor.core.errors import InternalError, UpstreamError
from propactor.core.events import Event, TextDelta
from propactor.core.upstream import GenerationRequest, Reply
from propactor.metrics import Metrics
from tests.support.actor_harness import Answer, FakeUpstream, drain, mailbox, soon
from tests.support.virtual import run, virtual

REQUEST = GenerationRequest("r", "j", "a box", "Box")


class Bench:
    """UpstreamChain at puppets, and what comes of them."""

    def __init__(self, *puppets: FakeUpstream) -> None:
        self.mailbox = mailbox()
        self.metrics = Metrics()
        self.chain = UpstreamChain(
            REQUEST, puppets, self.mailbox, metrics=self.metrics.upstreams, stop_seconds=2
        )

    async def messages(self) -> list[Event | Command]:
        """Let things happen, and return what came."""
        await soon()
        return drain(self.mailbox)

    async def first(self) -> Event | Command | None:
        """Wait for a message."""
        rung = asyncio.Event()
        self.mailbox.listen(rung.set, lambda _: None)
        await rung.wait()
        return drain(self.mailbox)[0]


@virtual
async def test_events() -> None:
    """What a run says arrives, then how it ended."""
    upstream = FakeUpstream()
    bench = Bench(upstream)
    bench.chain.ask_next()
    await soon()

    upstream.run.say(TextDelta("a"))
    upstream.run.reply("text")

    assert await bench.messages() == [TextDelta("a"), Replied(upstream.run, Reply("text"))]
    assert (bench.chain.left, bench.chain.source) == (0, "model")


@virtual
async def test_failure() -> None:
    """The failure of an upstream arrives as it is."""
    upstream, error = FakeUpstream(), UpstreamError("died")
    bench = Bench(upstream)
    bench.chain.ask_next()

    upstream.run.fail(error)

    assert await bench.messages() == [Failed(upstream.run, error)]


@pytest.mark.parametrize("defect", [RuntimeError("boom"), asyncio.CancelledError()])
def test_defect(defect: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    """A defect of an adapter becomes an ending too, and so does one that gives itself up."""

    async def fail() -> None:
        upstream = FakeUpstream()
        bench = Bench(upstream)
        bench.chain.ask_next()
        await soon()
        upstream.run.fail(defect)
        (message,) = await bench.messages()
        assert isinstance(message, Failed)
        assert isinstance(message.error, InternalError)

    run(fail())

    assert len([r for r in caplog.records if r.exc_info]) == isinstance(defect, Exception)


@pytest.mark.parametrize(
    ("answer", "confirmed", "seconds"),
    [("confirmed", True, 0), ("unconfirmed", False, 0), ("silence", False, 2), ("defect", False, 0)],
)
@virtual
async def test_stop(answer: Answer, confirmed: bool, seconds: float) -> None:
    """A stop is answered, if only by its time limit; it is counted and timed."""
    upstream, clock = FakeUpstream(answer=answer), asyncio.get_running_loop().time
    bench = Bench(upstream)
    bench.chain.ask_next()
    await soon()
    began = clock()

    bench.chain.stop()
    message = await bench.first()
    bench.chain.note_stopped(confirmed=confirmed)

    assert message == Stopped(confirmed)
    assert clock() - began == pytest.approx(seconds, abs=0.01)
    assert (bench.chain.run, bench.chain.stopping, bench.chain.confirmed) == (None, 0, confirmed)
    value = bench.metrics.registry.get_sample_value
    assert value("propactor_upstream_stops_total", {"confirmed": "yes" if confirmed else "no"}) == 1
    assert value("propactor_time_to_upstream_stop_seconds_sum") == pytest.approx(seconds, abs=0.01)


@virtual
async def test_nothing_to_stop() -> None:
    """Without a run there is nothing to stop, nor when it has been stopped."""
    upstream = FakeUpstream()
    bench = Bench(upstream)
    bench.chain.stop()
    assert bench.chain.stopping == 0
    bench.chain.ask_next()
    await soon()

    bench.chain.stop()
    bench.chain.stop()

    assert bench.chain.stopping == 1
    assert await bench.messages() != []
    assert upstream.run.stops == 1


@virtual
async def test_gate() -> None:
    """What a stopped run still says is void, and so is what an ended one says."""
    first, second = FakeUpstream(), FakeUpstream()
    bench = Bench(first, second)
    bench.chain.ask_next()
    bench.chain.stop()
    bench.chain.ask_next()
    bench.chain.forget()

    first.run.say(TextDelta("late"))
    first.run.say.text("late")
    second.run.say(TextDelta("later"))
    second.run.reply()

    assert not [m for m in await bench.messages() if isinstance(m, TextDelta)]


@virtual
async def test_all_confirmed() -> None:
    """Of several stops, all must be confirmed for the whole to be."""
    bench = Bench(FakeUpstream(answer="unconfirmed"), FakeUpstream())
    for _ in range(2):
        bench.chain.ask_next()
        bench.chain.stop()

    for message in await bench.messages():
        if isinstance(message, Stopped):
            bench.chain.note_stopped(confirmed=message.confirmed)

    assert (bench.chain.stopping, bench.chain.confirmed) == (0, False)
