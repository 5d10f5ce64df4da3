"""A whole run against a gateway that plays recordings."""

import asyncio

import pytest

from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.options import Options
from propactor.adapters.openclaw.upstream import OpenClawUpstream
from propactor.core.errors import (
    GatewayRefused,
    GatewayUnavailable,
    GenerationTimeout,
    PropactorError,
    UpstreamError,
)
from propactor.core.events import TextDelta, ToolResult
from propactor.core.upstream import Reply, Run, Upstream
from tests.adapters.openclaw.connection.linked import SOON, linked, quick, waiting
from tests.adapters.openclaw.gateway import Gateway, Refuse, eventually
from tests.adapters.openclaw.harness import ended, playing, wanted
from tests.adapters.openclaw.recordings import Recorded, every_run, outcome, replay, runs, text
from tests.support.emitted import Emitted
from tests.support.options import with_values

ASKED = [run for run in every_run() if run.final and run.request["method"] == "agent" and not run.stop_asked]


@pytest.mark.parametrize("recorded", ASKED, ids=lambda run: run.label)
async def test_recorded(recorded: Recorded) -> None:
    """Every recorded run comes through the wire as the decoder and the endings have it."""
    async with playing(recorded) as stage:
        end = await ended(stage.begin())

        expected = outcome(recorded)
        assert (type(end), str(end)) == (type(expected), str(expected))
        assert stage.phases()[0] == "accepted"
        assert text(stage.events) == text(replay(recorded)[1])


async def test_shape() -> None:
    """The adapter has the shape of an upstream, and its run that of a run."""
    async with playing(None) as stage:
        upstream: Upstream = stage.upstream
        run: Run = upstream.begin(wanted(), stage.events)

        assert (upstream.name, upstream.source, upstream.problem()) == ("openclaw", "gateway", None)
        assert upstream.session_key(wanted()) == "agent:dev:gen_1"
        assert await run.stop()
        assert stage.upstream.describe() == {
            "state": "ready", "protocol": 4, "version": "2026.9.6", "transcript": "sqlite",
                "scopes": ["operator.admin", "operator.read", "operator.write"], "stops": "run",
                "streams": {"text": True, "tools": True, "thinking": True},
                "sources": {"thinking": "gateway", "missed": "history"},
        }  # fmt: skip


async def test_request() -> None:
    """The request names the agent, a session of its own and the limits, and carries the user's words."""
    async with playing(runs("2026.9.6-text")[0], agent_id="dev", thinking="high", total=9.5) as stage:
        run = stage.begin()
        await run.finish()

        params = stage.gateway.params("agent")
        assert "A lamp with {braces}" in params.pop("message")
        assert "NO_REPLY" in params.pop("extraSystemPrompt")
        assert params == {
            "agentId": "dev",
            "sessionKey": "agent:dev:gen_1",
            "idempotencyKey": run.run_id,
            "thinking": "high",
            "timeout": 10,
        }


async def test_september_subscribes() -> None:
    """Where a session's events must be asked for, they are: before the run, and given back after it."""
    async with playing(runs("2026.9.6-text")[0]) as stage:
        await stage.begin().finish()
        await stage.gateway.until_asked("sessions.messages.unsubscribe")

        assert stage.gateway.methods() == [
            "connect", "sessions.messages.subscribe", "agent", "sessions.messages.unsubscribe",
        ]  # fmt: skip
        assert stage.gateway.params("sessions.messages.subscribe") == {"key": "agent:dev:gen_1"}


async def test_february_asks_for_tools() -> None:
    """Protocol 3 tells a tool's output only after the verbose level was set, so it is set first."""
    async with playing(runs("2026.2.9-tools2")[0]) as stage:
        await stage.begin().finish()

        assert stage.gateway.methods() == ["connect", "sessions.patch", "agent", "chat.history"]
        assert stage.gateway.params("sessions.patch") == {"key": "agent:dev:gen_1", "verboseLevel": "full"}
        assert all(e.output_preview for e in stage.events if isinstance(e, ToolResult))
        assert stage.phases() == ["accepted"]


async def test_verbose_refused() -> None:
    """A gateway that refuses the verbose level costs details, which is said, and not the run."""
    async with playing(runs("2026.2.9-text")[0]) as stage:
        stage.gateway.answers["sessions.patch"] = Refuse("INVALID_REQUEST", "missing scope: operator.admin")

        assert isinstance(await ended(stage.begin()), Reply)

        assert stage.phases() == ["degraded", "accepted"]


async def test_no_admin() -> None:
    """Without the scope for it, the session isn't even tried to be changed."""
    async with playing(runs("2026.9.6-text")[0]) as stage:
        assert stage.link.hello is not None
        object.__setattr__(stage.link.hello, "scopes", frozenset({"operator.read", "operator.write"}))

        assert isinstance(await ended(stage.begin(model="fast")), Reply)

        assert stage.phases() == ["degraded", "accepted"]
        assert "sessions.patch" not in stage.gateway.methods()


async def test_model() -> None:
    """The model a client asks for is asked of the gateway."""
    async with playing(runs("2026.9.6-text")[0]) as stage:
        await stage.begin(model="fast").finish()

        assert stage.gateway.params("sessions.patch") == {"key": "agent:dev:gen_1", "model": "fast"}


async def test_subscription_refused() -> None:
    """A gateway that refuses a session's events is told to the reader; the run's end still comes."""
    async with playing(runs("2026.9.6-text")[0]) as stage:
        stage.gateway.answers["sessions.messages.subscribe"] = Refuse("FORBIDDEN", "no")

        assert isinstance(await ended(stage.begin()), Reply)

        assert "degraded" in stage.phases()


async def test_no_history() -> None:
    """Without the session's history a run of protocol 3 ends by what the events and the response say."""
    async with playing(runs("2026.2.9-model-refused")[0]) as stage:
        del stage.gateway.answers["chat.history"]

        end = await ended(stage.begin())

        assert isinstance(end, UpstreamError)
        assert str(end) == "Connection error."


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (Refuse("INVALID_REQUEST", 'invalid agent params: unknown agent id "nope"'), GatewayRefused),
        (Refuse("UNAVAILABLE", "busy", retryable=True), GatewayUnavailable),
    ],
)
async def test_refused(refusal: Refuse, kind: type[PropactorError]) -> None:
    """A request that is refused ends the run without an acceptance, and leaves nothing behind."""
    async with playing(None) as stage:
        stage.gateway.answers["agent"] = refusal

        assert type(await ended(stage.begin())) is kind

        assert stage.phases() == []
        await stage.gateway.until_asked("sessions.messages.unsubscribe")
        await eventually(lambda: not waiting(stage.link))


async def test_not_accepted() -> None:
    """A run that isn't accepted in time has its own time limit."""
    async with playing(runs("2026.9.6-text")[0], accept=0.05) as stage:
        stage.gateway.accepts.clear()

        end = await ended(stage.begin())

        assert isinstance(end, GenerationTimeout)
        assert end.phase == "accept"


async def test_never_ends() -> None:
    """A gateway that forgets its own limit is not waited for much longer."""
    async with playing(runs("2026.9.6-text")[0], total=0.05, end_margin=0.05) as stage:
        stage.gateway.skip_final = True

        end = await ended(stage.begin())

        assert isinstance(end, GenerationTimeout)
        assert end.phase == "total"


async def test_lost() -> None:
    """Where runs aren't to be waited for, one whose connection is lost ends at once."""
    async with playing(runs("2026.9.6-timeout")[0], rejoin_seconds=0) as stage:
        stage.gateway.hold_after = 10
        task = asyncio.create_task(ended(stage.begin()))
        await asyncio.wait_for(stage.gateway.holding.wait(), SOON)

        stage.gateway.connections[0].transport.abort()
        end = await asyncio.wait_for(task, SOON)

        assert isinstance(end, GatewayUnavailable)
        assert "was lost" in str(end)
        assert any(isinstance(event, TextDelta) for event in stage.events)
        assert waiting(stage.link) == 0


async def test_no_gateway() -> None:
    """Without a connection a run waits for less than the acceptance limit, and says what is missing."""
    async with playing(None, accept=0.05) as stage:
        await stage.link.close()

        assert isinstance(await ended(stage.begin()), GatewayUnavailable)


async def test_known_to_be_down() -> None:
    """Where nobody answers a run doesn't wait until it would have to be accepted."""
    link = Link(url="ws://127.0.0.1:1", backoff=quick())
    upstream = OpenClawUpstream(link, with_values(Options(), accept=60, connect_wait=0.01))
    link.start()
    await eventually(lambda: link.problem() is not None)

    end = await ended(upstream.begin(wanted(), Emitted()))

    assert isinstance(end, GatewayUnavailable)
    assert "nobody answers" in str(end)
    await link.close()


async def test_first_connection() -> None:
    """A run waits longer for a first connection that is still being made."""
    gateway = Gateway("2026.9.6-text", runs("2026.9.6-text")[0])
    async with linked(gateway) as link:
        upstream = OpenClawUpstream(link, Options(connect_wait=0))

        assert isinstance(await ended(upstream.begin(wanted(), Emitted())), Reply)


async def test_many() -> None:
    """Runs on one connection don't mix, and leave nothing behind."""
    async with playing(runs("2026.9.6-success-anthropic")[0]) as stage:
        said = [Emitted() for _ in range(20)]
        begun = [stage.upstream.begin(wanted(), events) for events in said]

        ends = await asyncio.gather(*(ended(run) for run in begun))

        assert all(isinstance(end, Reply) for end in ends)
        assert len({text(events) for events in said}) == 1
        assert len({run.run_id for run in begun}) == 20
        await eventually(lambda: not waiting(stage.link))


async def test_debug() -> None:
    """With debug the events carry what they were made of."""
    async with playing(runs("2026.9.6-text")[0]) as stage:
        await stage.begin(debug=True).finish()

        assert all(event.raw for event in stage.events if isinstance(event, TextDelta))
