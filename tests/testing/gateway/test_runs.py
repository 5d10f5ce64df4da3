"""What runs of the fake gateway do beyond what recordings show: stopping, repeating, failing, hiding."""

import asyncio
import time

import pytest

from propactor.testing.gateway import FakeGateway
from propactor.testing.steps import (
    Accept,
    Fail,
    Hang,
    Ignore,
    Refuse,
    Say,
    Step,
    Tell,
    Think,
    UseTool,
    Wait,
)
from tests.support.gateway_client import Frame, client, runs_seen

BOTH = pytest.mark.parametrize("protocol", [3, 4])
READ = UseTool("read", {"path": "a.txt"}, "text")
ORDER = {"message": "hi", "agentId": "dev", "sessionKey": "agent:dev:one", "idempotencyKey": "run-1"}


@BOTH
async def test_text_is_told_and_ends(protocol: int) -> None:
    """The text so far grows by its deltas, and the last response has all of it."""
    async with (
        FakeGateway(protocol=protocol, script=[Say("One two  three\n", 200)]) as gateway,
        client(gateway) as visitor,
    ):
        ending = await visitor.run()

    told = visitor.events("assistant")
    assert "".join(data["delta"] for data in told) == told[-1]["text"] == "One two  three"
    assert ending["payload"]["result"]["payloads"] == [{"text": "One two  three", "mediaUrl": None}]
    assert gateway.asked("agent")[0]["message"] == "hi"


async def test_load_needs_no_text_so_far() -> None:
    """Without cumulative text only deltas go out."""
    async with (
        FakeGateway(script=[Say("One two", 200)], cumulative=False) as gateway,
        client(gateway) as visitor,
    ):
        await visitor.run()

    assert all(set(data) == {"delta", "itemId"} for data in visitor.events("assistant"))
    assert not [
        frame for frame in visitor.frames if frame.get("event") == "chat" and "deltaText" in frame["payload"]
    ]


async def test_thoughts_are_new() -> None:
    """Protocol 3 keeps thoughts to itself: they are in the history only."""
    async with (
        FakeGateway(protocol=3, script=[Think("Hm."), Say("Yes.")]) as gateway,
        client(gateway) as visitor,
    ):
        await visitor.run()
        history = await visitor.call("chat.history", sessionKey="agent:dev:one")

    assert visitor.events("thinking") == []
    user, assistant = history["payload"]["messages"]
    assert user["content"][0]["text"].endswith(" hi")
    assert [block["type"] for block in assistant["content"]] == ["thinking", "text"]


@pytest.mark.parametrize(("level", "phases"), [("off", []), ("on", [False, False]), ("full", [False, True])])
async def test_tools_need_verbosity_in_february(level: str, phases: list[bool]) -> None:
    """Protocol 3 tells of tools as far as the session's level says, and only fully of their results."""
    async with FakeGateway(protocol=3, script=[READ, Say("ok")]) as gateway, client(gateway) as visitor:
        await visitor.call("sessions.patch", key="agent:dev:one", verboseLevel=level)
        await visitor.run()

    assert ["result" in data for data in visitor.events("tool")] == phases


@BOTH
async def test_a_stop_is_quick_and_remembered(protocol: int) -> None:
    """What stops a run stops it within milliseconds: nothing more is said, and the end follows."""
    script = [Say("word " * 500, 200)]
    async with FakeGateway(protocol=protocol, script=script) as gateway, client(gateway) as visitor:
        asked = await visitor.send("agent", ORDER)
        await visitor.until(lambda frame: (frame.get("payload") or {}).get("stream") == "assistant")
        begun = time.monotonic()
        if protocol == 3:
            answer = await visitor.call("chat.abort", sessionKey="agent:dev:one", runId="run-1")
            assert answer["payload"] == {"ok": True, "aborted": False, "runIds": []}
            await visitor.send("sessions.delete", {"key": "agent:dev:one"})
        else:
            await visitor.send("chat.abort", {"sessionKey": "agent:dev:one", "runId": "run-1"})
        ending = await visitor.ending(asked)

    assert time.monotonic() - begun < 0.5
    assert gateway.aborted == ["run-1"]
    assert ending["payload"]["status"] == ("ok" if protocol == 3 else "timeout")
    if protocol == 3:
        assert ending["payload"]["result"]["meta"]["aborted"]
    assert len(visitor.events("assistant")) < 100


async def test_stopping_what_does_not_run() -> None:
    """There is nothing to stop after the end, and the answers say so."""
    async with FakeGateway(script=[Say("hi")]) as gateway, client(gateway) as visitor:
        await visitor.run()
        chat = await visitor.call("chat.abort", sessionKey="agent:dev:one")
        session = await visitor.call("sessions.abort", key="agent:dev:one", runId="run-1")

    assert chat["payload"] == {"ok": True, "aborted": False, "runIds": []}
    assert session["payload"] == {"ok": True, "abortedRunId": None, "status": "no-active-run"}
    assert gateway.aborted == []


@BOTH
async def test_a_repeated_request_starts_nothing(protocol: int) -> None:
    """The same idempotency key gets the state of the run, and after its end the end."""
    async with (
        FakeGateway(protocol=protocol, script=[Say("hi", 20), Wait(0.05)]) as gateway,
        client(gateway) as visitor,
    ):
        first = await visitor.send("agent", ORDER)
        await visitor.until(lambda frame: frame.get("id") == first)
        again = await visitor.call("agent", **ORDER)
        ending = await visitor.ending(first)
        after = await visitor.call("agent", **ORDER)

    assert again["payload"]["status"] == ("accepted" if protocol == 3 else "in_flight")
    assert after["payload"] == ending["payload"]
    assert len(gateway.runs) == 1


async def test_runs_of_one_session_take_turns() -> None:
    """Two runs of a session are accepted at once and play one after the other."""
    async with FakeGateway(script=[Say("hi", 20), Wait(0.03)]) as gateway, client(gateway) as visitor:
        await visitor.send("agent", ORDER)
        second = await visitor.send("agent", ORDER | {"idempotencyKey": "run-2"})
        await visitor.ending(second)

    phases = [
        (frame["payload"]["runId"], frame["payload"]["data"]["phase"])
        for frame in visitor.frames
        if frame.get("event") == "agent" and frame["payload"]["data"].get("phase") in ("start", "end")
    ]
    assert phases == [("run-1", "start"), ("run-1", "end"), ("run-2", "start"), ("run-2", "end")]


@BOTH
async def test_waiting_for_a_run(protocol: int) -> None:
    """Any connection can wait for a run, until it ends or until the time limit."""
    async with FakeGateway(protocol=protocol, script=[Say("hi", 20)]) as gateway, client(gateway) as visitor:
        await visitor.send("agent", ORDER)
        async with client(gateway) as other:
            good = await other.call("agent.wait", runId="run-1")
            known = await other.call("agent.wait", runId="run-1")
            unknown = await other.call("agent.wait", runId="nobody", timeoutMs=10)

    assert good["payload"]["status"] == known["payload"]["status"] == "ok"
    assert unknown["payload"] == {"runId": "nobody", "status": "timeout"}


@pytest.mark.parametrize(
    ("protocol", "caps", "subscribed", "sees"),
    [
        (3, [], False, True),
        (4, [], False, True),
        (4, ["session-scoped-events"], False, False),
        (4, ["session-scoped-events"], True, True),
        (3, ["session-scoped-events"], False, True),
    ],
)
async def test_who_sees_a_run(protocol: int, caps: list[str], subscribed: bool, sees: bool) -> None:
    """Others see all runs, unless they asked for some sessions only; tools they never see."""
    script = [READ, Say("hi")]
    async with (
        FakeGateway(protocol=protocol, script=script) as gateway,
        client(gateway) as owner,
        client(gateway, caps=caps) as other,
    ):
        if subscribed:
            await other.call("sessions.messages.subscribe", key="agent:dev:one")
        await owner.run()
        await other.call("health")

    assert runs_seen(other.frames) == ({"run-1"} if sees else set())
    assert other.events("tool") == []


async def test_followers_get_messages_and_tools() -> None:
    """Who subscribes to sessions is told what is stored, and of tools."""
    async with (
        FakeGateway(script=[READ, Say("hi")]) as gateway,
        client(gateway) as owner,
        client(gateway) as other,
    ):
        await other.call("sessions.subscribe")
        await owner.run()
        await other.call("health")

    messages = [
        frame["payload"]["message"] for frame in other.frames if frame.get("event") == "session.message"
    ]
    assert [message["role"] for message in messages] == ["user", "assistant", "assistant"]
    assert len([frame for frame in other.frames if frame.get("event") == "session.tool"]) == 2


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"message": ""}, "at /message"),
        ({"timeout": 1.5}, "at /timeout: must be integer"),
        ({"reasoning": "high"}, "at root: unexpected property 'reasoning'"),
        ({"agentId": "nope"}, 'unknown agent id "nope"'),
        ({"sessionKey": "agent:main:x"}, "explicit owner"),
        ({"sessionKey": "agent:"}, 'malformed session key "agent:"'),
        ({"sessionKey": "agent:nope:x"}, 'Agent "nope" no longer exists'),
    ],
)
async def test_what_cannot_be_asked(wrong: Frame, message: str) -> None:
    """Wrong parameters are refused in the gateway's words."""
    async with FakeGateway() as gateway, client(gateway) as visitor:
        answer = await visitor.call("agent", **ORDER | wrong)

    assert answer["error"]["code"] == "INVALID_REQUEST"
    assert message in answer["error"]["message"]


async def test_keys_become_lower_case() -> None:
    """Since protocol 4 a session's key is written in lower case."""
    async with FakeGateway(script=[Say("hi")]) as gateway, client(gateway) as visitor:
        await visitor.run(key="agent:dev:One")

    assert list(gateway.sessions) == ["agent:dev:one"]


async def test_odd_requests() -> None:
    """Unknown methods and second introductions are refused, frames without an id too, and text is ignored."""
    async with FakeGateway(protocol=3) as gateway, client(gateway) as visitor:
        unknown = await visitor.call("sessions.abort")
        twice = await visitor.call("connect")
        await visitor.socket.send("hello?")
        await visitor.socket.send('{"type":"req"}')
        nameless = await visitor.until(lambda frame: frame["type"] == "res")

    assert unknown["error"]["message"] == "unknown method: sessions.abort"
    assert twice["error"]["message"] == "connect is only valid as the first request"
    assert nameless["id"] == "invalid"


async def test_late_and_refused_and_ignored() -> None:
    """A run is accepted late, refused, or never answered."""
    scripts: dict[str, list[Step]] = {
        "late": [Accept(after=0.05), Say("hi")],
        "no": [Refuse("BUSY", "not now")],
        "never": [Ignore()],
    }
    async with (
        FakeGateway(script=lambda params: scripts[str(params["message"])]) as gateway,
        client(gateway) as visitor,
    ):
        begun = time.monotonic()
        late = await visitor.run("late")
        took = time.monotonic() - begun
        refused = await visitor.run("no", run_id="run-2")
        await visitor.send("agent", ORDER | {"message": "never", "idempotencyKey": "run-3"})
        await visitor.call("health")

    assert late["ok"]
    assert took >= 0.05
    assert refused["error"] == {"code": "BUSY", "message": "not now"}
    assert "run-3" not in gateway.runs


async def test_an_answer_of_nothing_is_an_error() -> None:
    """A run that says nothing ends with an excuse, since protocol 4."""
    async with FakeGateway(script=[]) as gateway, client(gateway) as visitor:
        ending = await visitor.run()

    assert ending["payload"]["status"] == "error"
    assert ending["payload"]["result"]["payloads"][0]["isError"]


async def test_the_end_of_february_lies() -> None:
    """Protocol 3 says ok to a run that failed; the history knows better."""
    script = [Say("half"), Fail("HTTP 500: no", attempts=2)]
    async with FakeGateway(protocol=3, script=script) as gateway, client(gateway) as visitor:
        ending = await visitor.run()
        history = await visitor.call("chat.history", sessionKey="agent:dev:one")

    assert ending["payload"]["status"] == "ok"
    assert [payload["text"] for payload in ending["payload"]["result"]["payloads"]] == [
        "HTTP 500: no",
        "half",
    ]
    last = history["payload"]["messages"][-1]
    assert (last["stopReason"], last["errorMessage"]) == ("error", "HTTP 500: no")


async def test_a_new_session_under_an_old_key() -> None:
    """A session that was deleted leaves no run for which the next one under its key would wait."""
    async with FakeGateway(script=[Say("hi"), Hang()]) as gateway, client(gateway) as visitor:
        await visitor.send("agent", ORDER)
        await gateway.until(lambda: "run-1" in gateway.runs)
        await visitor.send("sessions.delete", {"key": "agent:dev:one"})
        await visitor.send("agent", ORDER | {"idempotencyKey": "run-2"})
        await gateway.until(lambda: "run-2" in gateway.runs)

        assert gateway.runs["run-2"].started


async def test_anything_can_be_told() -> None:
    """An event of any stream can be part of a script, at its time."""
    async with (
        FakeGateway(script=[Tell("compaction", {"phase": "start"}, at=0.02), Say("hi")]) as gateway,
        client(gateway) as visitor,
    ):
        begun = time.monotonic()
        await visitor.run()

    assert visitor.events("compaction") == [{"phase": "start"}]
    assert time.monotonic() - begun >= 0.02


async def test_many_runs_keep_their_pace() -> None:
    """Two hundred runs at twenty pieces a second end in time; the rest is for tests of load."""
    words = " ".join(["word"] * 20)
    async with FakeGateway(script=[Say(words, 20)], cumulative=False) as gateway, client(gateway) as visitor:
        begun = time.monotonic()
        for number in range(200):
            await visitor.send(
                "agent", ORDER | {"idempotencyKey": str(number), "sessionKey": f"agent:dev:{number}"}
            )
        async with asyncio.timeout(20):
            await gateway.until(
                lambda: len(gateway.runs) == 200 and all(run.ending for run in gateway.runs.values()), 20
            )

    assert time.monotonic() - begun < 5
