"""A run that loses its gateway, and finds it again, changed or not."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from propactor.adapters.openclaw.adapter import OpenClawUpstream
from propactor.adapters.openclaw.backoff import Backoff
from propactor.adapters.openclaw.link import Link
from propactor.adapters.openclaw.run import OpenClawRun
from propactor.adapters.openclaw.terms import Terms
from propactor.adapters.transcript import Transcripts
from propactor.core.errors import GatewayUnavailable, GenerationTimeout, PropactorError, UpstreamError
from propactor.core.events import Event, Progress, TextDelta, Thinking, ToolCall, ToolResult
from propactor.core.upstream import GenerationRequest, Reply
from propactor.fakes.gateway import FakeGateway
from propactor.fakes.steps import Disconnect, Fail, Hang, Say, Step, Tell, Think, UseTool, Wait
from tests.adapters.openclaw.gateway import eventually
from tests.adapters.openclaw.recordings import text

SOON = 10.0
ANSWER = "if a:\n    b\n\n/* PARTS_DATA [] PARTS_DATA */"
LOOK = UseTool("read", {"path": "notes.txt"}, "Four boxes.")
LOOKED: list[Step] = [Think("I look."), Say("Let me see."), LOOK, Think("Now.")]
CUT: list[Step] = [*LOOKED, Say(ANSWER[:20], 400), Disconnect()]
BOTH = f"Let me see.\n\n{ANSWER}"


class Stage:
    """A gateway, a run at it, what it said, and the moves between sources."""

    def __init__(self, gateway: FakeGateway, link: Link, terms: Terms, files: Path | None) -> None:
        self.gateway, self.link = gateway, link
        self.events: list[Event] = []
        self.moves: list[tuple[str, str]] = []
        self.upstream = OpenClawUpstream(
            link,
            terms,
            library=(lambda place: Transcripts(Path(place), poll=0.02)) if files else None,
            switched=lambda a, b: self.moves.append((a, b)),
        )

    def begin(self) -> OpenClawRun:
        """Begin a run."""
        request = GenerationRequest("req_1", "GEN_1", "A lamp", "Lamp")
        return self.upstream.begin(request, self.events.append)

    def phases(self) -> list[str]:
        """Return the progress that was told, but for that of the beginning."""
        return [event.phase for event in self.events if isinstance(event, Progress)][1:]

    def said(self, kind: type) -> list[Any]:
        """Return the events of one kind."""
        return [event for event in self.events if type(event) is kind]

    async def heard(self, words: str) -> None:
        """Wait until the reader has read some words."""
        await eventually(lambda: words in text(self.events))


@asynccontextmanager
async def staged(
    protocol: int,
    script: Sequence[Step],
    files: Path | None = None,
    resumes: float | None = None,
    **terms: Any,
) -> AsyncIterator[Stage]:
    """Set up a gateway that follows a script, and a link to it."""
    usual = {"accept": 5.0, "total": 8.0, "call": 2.0, "stop": 1.0, "poll": 0.05, "lost": 5.0, "resume": 2.0}
    gateway = FakeGateway(protocol=protocol, script=script, state_dir=files, resumes_after=resumes)
    async with gateway:
        link = Link(url=gateway.url, token=gateway.token, backoff=Backoff(first=0.02, limit=0.05))
        link.start()
        await link.wait_ready(SOON)
        try:
            yield Stage(gateway, link, Terms(**{**usual, **terms}), files)
        finally:
            await link.close()


async def ended(run: OpenClawRun) -> Reply | PropactorError:
    """Return how a run ended."""
    try:
        return await asyncio.wait_for(run.finish(), SOON)
    except PropactorError as exc:
        return exc


def once(stage: Stage, *, thoughts: Sequence[str] = ("I look.", "Now.")) -> None:
    """Check that everything was told, once."""
    assert text(stage.events) == BOTH
    assert sorted(event.message for event in stage.said(Thinking)) == sorted(thoughts)
    assert len(stage.said(ToolCall)) == len(stage.said(ToolResult)) == 1


async def test_line_cut() -> None:
    """A run whose line is cut goes on at the gateway, and is told to its end without a repeat."""
    for protocol in (3, 4):
        async with staged(protocol, [*CUT, Wait(0.2), Say(ANSWER[20:], 40)]) as stage:
            reply = await ended(stage.begin())

            assert isinstance(reply, Reply)
            assert (reply.text or "").endswith(ANSWER)
            once(stage)
            assert stage.phases() == ["degraded", "source_switched"]
            assert stage.moves == [("gateway", "history"), ("history", "gateway")]
            assert len(stage.gateway.runs) == 1


async def test_ended_meanwhile() -> None:
    """A run that ended while the line was down is fetched, not asked for again."""
    for protocol in (3, 4):
        async with staged(protocol, [*LOOKED, Disconnect(), Say(ANSWER)]) as stage:
            reply = await ended(stage.begin())

            assert isinstance(reply, Reply)
            once(stage)
            assert len(stage.gateway.runs) == 1


async def test_tool_meanwhile() -> None:
    """A tool used while the line was down, or after, is told of from what is stored."""
    for protocol in (3, 4):
        script = [Say("Let me see."), Disconnect(), Wait(0.3), LOOK, Say(ANSWER, 400)]
        async with staged(protocol, script) as stage:
            await ended(stage.begin())

            once(stage, thoughts=())
            assert {event.source for event in stage.said(ToolCall)} == {"transcript"}


async def test_files_during_a_loss(tmp_path: Path) -> None:
    """The transcript's file goes on telling while there is no line to the gateway at all."""
    script = [*CUT, Say(ANSWER[20:]), LOOK, Hang()]
    async with staged(3, script, tmp_path) as stage:
        stage.gateway.closed_to_all = True
        task = asyncio.create_task(ended(stage.begin()))

        await stage.heard(ANSWER)

        assert stage.link.state != "ready"
        assert stage.moves == [("gateway", "transcript")]
        task.cancel()
        await asyncio.wait([task])


async def test_forgotten() -> None:
    """A gateway of February that was restarted has forgotten the run: that is said, and no other begun."""
    async with staged(3, [Say("Half of", 400), Hang()]) as stage:
        stage.gateway.house = _older(stage.gateway.house)
        await _relinked(stage)
        task = asyncio.create_task(ended(stage.begin()))
        await stage.heard("Half of")

        stage.gateway.kill()
        end = await task

        assert isinstance(end, UpstreamError)
        assert "forgotten" in str(end)
        assert len(stage.gateway.asked("agent")) == 1


async def test_finished_before_the_restart() -> None:
    """A run that had ended when its gateway was killed is taken from what is stored."""
    for protocol in (3, 4):
        async with staged(protocol, [Say("if a:", 400), Hang()]) as stage:
            stage.gateway.house = _older(stage.gateway.house)
            await _relinked(stage)
            run = stage.begin()
            task = asyncio.create_task(ended(run))
            await stage.heard("if a:")
            _store(stage.gateway, run, ANSWER)

            stage.gateway.kill()

            assert await task == Reply(ANSWER)
            assert text(stage.events) == ANSWER
            assert len(stage.gateway.asked("agent")) == 1


async def test_resumed() -> None:
    """A gateway that was killed and begins the run anew is followed: the text starts over, then ends."""
    script = [Think("I look."), Say("Let me see."), LOOK, Think("Now."), Say(ANSWER, 30)]
    async with staged(4, script, resumes=0.1) as stage:
        run = stage.begin()
        asked = run.run_id
        task = asyncio.create_task(ended(run))
        await stage.heard("if a")

        stage.gateway.kill()
        reply = await task

        assert isinstance(reply, Reply)
        assert (reply.text or "").endswith(ANSWER)
        assert text(stage.events) == BOTH
        assert any(event.replace for event in stage.said(TextDelta))
        assert run.run_id != asked
        assert stage.phases() == ["degraded", "source_switched"]
        assert len(stage.said(ToolCall)) == len(stage.said(ToolResult)) == 1


async def test_never_resumed() -> None:
    """A gateway that doesn't begin an interrupted run anew is given up in time."""
    async with staged(4, [Say("Half of", 400), Hang()], resume=0.2) as stage:
        task = asyncio.create_task(ended(stage.begin()))
        await stage.heard("Half of")

        stage.gateway.kill()

        assert isinstance(await task, UpstreamError)
        assert len(stage.gateway.asked("agent")) == 1


async def test_resumed_and_failed() -> None:
    """A successor that fails makes the run fail, with its own words."""
    async with staged(4, [Say("Half of", 100), Wait(0.5), Fail("HTTP 500: unwell")], resumes=0.05) as stage:
        task = asyncio.create_task(ended(stage.begin()))
        await stage.heard("Half")

        stage.gateway.kill()
        end = await task

        assert isinstance(end, UpstreamError)
        assert "unwell" in str(end)


async def test_stays_away() -> None:
    """A gateway that doesn't come back is waited for only so long."""
    async with staged(4, [Say("Half of", 400), Disconnect(), Hang()], lost=0.3) as stage:
        stage.gateway.closed_to_all = True

        end = await ended(stage.begin())

        assert isinstance(end, GatewayUnavailable)
        assert stage.phases() == ["degraded"]


async def test_own_limit_holds() -> None:
    """The time limit of the run holds without a gateway, too."""
    async with staged(4, [Say("Half of", 400), Disconnect(), Hang()], total=0.3, margin=0.1) as stage:
        stage.gateway.closed_to_all = True

        end = await ended(stage.begin())

        assert isinstance(end, GenerationTimeout)
        assert end.phase == "total"


async def test_lost_twice() -> None:
    """A line that is cut again while the run is taken up is no other case than one cut once."""
    for protocol in (3, 4):
        async with staged(protocol, [Say(ANSWER[:5], 100), Wait(1.0), Say(ANSWER[5:], 100)]) as stage:
            task = asyncio.create_task(ended(stage.begin()))
            await stage.heard(ANSWER[:4])
            for count in (2, 3):
                for connection in list(stage.gateway.connections):
                    connection.drop()
                await stage.gateway.until(lambda n=count: len(stage.gateway.asked("connect")) >= n)  # type: ignore[misc]

            reply = await task

            assert isinstance(reply, Reply)
            assert text(stage.events) == ANSWER
            assert len(stage.gateway.runs) == 1


async def test_stop_without_a_line() -> None:
    """A stop while there is no connection is answered in time, and isn't claimed."""
    async with staged(4, [Say("Half of", 400), Disconnect(), Hang()], stop=0.2) as stage:
        stage.gateway.closed_to_all = True
        run = stage.begin()
        task = asyncio.create_task(ended(run))
        await eventually(lambda: "degraded" in stage.phases())
        began = time.monotonic()

        assert not await run.stop()

        assert time.monotonic() - began < 1
        await task


async def test_stop_after_rejoining() -> None:
    """A stop while the line is down is confirmed when it comes back in time."""
    async with staged(4, [Say("Half of", 400), Disconnect(), Hang()], stop=3) as stage:
        stage.gateway.closed_to_all = True
        run = stage.begin()
        task = asyncio.create_task(ended(run))
        await eventually(lambda: "degraded" in stage.phases())
        stopping = asyncio.create_task(run.stop())
        stage.gateway.closed_to_all = False

        assert await stopping

        assert stage.gateway.aborted == [run.run_id]
        await task


async def test_nothing_comes() -> None:
    """Where no event comes after the acceptance, what is stored tells the run."""
    for protocol in (3, 4):
        script = [Wait(0.4), Say("Let me see."), LOOK, Say(ANSWER), Wait(0.3)]
        async with staged(protocol, script, detect=0.05) as stage:
            _deafen(stage.gateway)

            reply = await ended(stage.begin())

            assert isinstance(reply, Reply)
            once(stage, thoughts=())
            assert stage.phases() == ["degraded"]
            assert {event.source for event in stage.said(TextDelta)} == {"transcript"}


async def test_events_come_late() -> None:
    """Events that come after all take over from what is stored."""
    async with staged(4, [Say(ANSWER, 100)], detect=0.05) as stage:
        hear = _deafen(stage.gateway)
        task = asyncio.create_task(ended(stage.begin()))
        await eventually(lambda: "degraded" in stage.phases())
        hear()

        assert isinstance(await task, Reply)
        assert text(stage.events) == ANSWER
        assert stage.phases() == ["degraded", "source_switched"]


async def test_thoughts_from_files(tmp_path: Path) -> None:
    """On a gateway of February thoughts come from its files, while the model still works."""
    script = [Think("I look."), Say("Let me see.", 400), LOOK, Wait(0.3), Think("Now."), Say(ANSWER, 400)]
    async with staged(3, script, tmp_path) as stage:
        task = asyncio.create_task(ended(stage.begin()))
        await eventually(lambda: bool(stage.said(Thinking)))

        assert ANSWER not in text(stage.events)
        reply = await task

        assert isinstance(reply, Reply)
        once(stage)
        assert {event.source for event in stage.said(Thinking)} == {"transcript"}
        assert {event.source for event in stage.said(ToolCall)} == {"gateway"}
        assert "chat.history" not in [one.method for one in stage.gateway.requests]
        assert stage.phases() == []


async def test_thoughts_from_history() -> None:
    """Without files February's thoughts come late, from the history, but they come."""
    async with staged(3, [*LOOKED, Say(ANSWER, 400)]) as stage:
        await ended(stage.begin())

        once(stage)


async def test_broken_indentation(tmp_path: Path) -> None:
    """The code is the transcript's where the events have lost its indentation on the way."""
    said = {"text": "if a:\n b", "delta": "if a:\n b"}
    script = [Tell("assistant", said), Wait(0.05)]
    async with staged(3, script, tmp_path) as stage:
        run = stage.begin()
        task = asyncio.create_task(ended(run))
        await stage.heard("if a")
        entry = {
            "role": "assistant",
            "content": [{"type": "text", "text": "if a:\n    b"}],
            "stopReason": "stop",
        }
        stage.gateway.archive.store(stage.gateway.runs[run.run_id], {**entry, "timestamp": 1})

        reply = await task

        assert isinstance(reply, Reply)
        assert (reply.text, text(stage.events)) == ("if a:\n    b", "if a:\n b")


async def test_unreadable_files(tmp_path: Path) -> None:
    """Files that can't be read are no reason to do without what is stored."""
    nowhere = str(tmp_path / "nowhere")
    async with staged(3, [*LOOKED, Say(ANSWER)], tmp_path, state_dir=nowhere) as stage:
        await ended(stage.begin())

        once(stage)
        assert "can't be read" in str(stage.upstream.describe()["transcriptProblem"])


async def test_describes_sources(tmp_path: Path) -> None:
    """Operators are told which source tells what."""
    cases = ((3, tmp_path, "transcript", "transcript"), (3, None, "history", "history"))
    for protocol, files, thinking, missed in (*cases, (4, tmp_path, "gateway", "history")):
        async with staged(protocol, [], files) as stage:
            assert stage.upstream.describe()["sources"] == {"thinking": thinking, "missed": missed}


def _deafen(gateway: FakeGateway) -> Callable[[], None]:
    """Keep the gateway from sending events of runs; return what lets it."""
    tell = gateway.audience.tell

    def silence(*_: object) -> None:
        return

    def hear() -> None:
        gateway.audience.tell = tell  # type: ignore[method-assign]
        gateway.audience.tell_asker = asker  # type: ignore[method-assign]

    asker = gateway.audience.tell_asker
    gateway.audience.tell = silence  # type: ignore[assignment]
    gateway.audience.tell_asker = silence  # type: ignore[assignment]
    return hear


def _store(gateway: FakeGateway, run: OpenClawRun, words: str) -> None:
    """Store a message as if the model had said it, and nothing more."""
    message = {"role": "assistant", "content": [{"type": "text", "text": words}], "stopReason": "stop"}
    gateway.archive.store(gateway.runs[run.run_id], {**message, "timestamp": 1})


def _older(house: Any) -> Any:
    """Return a gateway's house as it was when it had run for an hour."""
    return type(house)(house.state_dir, house.boot_id, house.began_at - 3600)


async def _relinked(stage: Stage) -> None:
    """Let the link learn how old the gateway is."""
    for connection in list(stage.gateway.connections):
        connection.drop()
    await eventually(lambda: stage.link.counters.connections == 2)
