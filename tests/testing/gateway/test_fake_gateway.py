"""What can be done to the fake gateway, and what it is seen to do: restarts, cuts, silence, ticks."""

import pytest
from websockets.exceptions import ConnectionClosed

from propactor.testing.gateway import FakeGateway
from propactor.testing.steps import (
    Disconnect,
    Hang,
    Restart,
    Say,
    UseTool,
    Wait,
)
from tests.support.gateway_client import client, runs_seen

READ = UseTool("read", {"path": "a.txt"}, "text")
ORDER = {"message": "hi", "agentId": "dev", "sessionKey": "agent:dev:one", "idempotencyKey": "run-1"}


async def test_the_line_is_cut_and_the_run_goes_on() -> None:
    """Who asked is cut off without a word; the run ends all the same, and its end can be fetched."""
    async with FakeGateway(script=[Say("one", 50), Disconnect(), Say(" two", 50)]) as gateway:
        async with client(gateway) as visitor:
            await visitor.send("agent", ORDER)
            with pytest.raises(ConnectionClosed):
                await visitor.until(lambda _: False)
            assert visitor.socket.protocol.close_code == 1006
        await gateway.until(lambda: gateway.runs["run-1"].ending is not None)
        async with client(gateway) as again:
            ending = await again.call("agent", **ORDER)

    assert ending["payload"]["result"]["payloads"][0]["text"] == "one two"


async def test_a_restart_forgets() -> None:
    """A restart sends everybody away with 1012, and knows no run afterwards."""
    async with FakeGateway(script=[Say("one"), Restart()]) as gateway:
        async with client(gateway) as visitor:
            await visitor.send("agent", ORDER)
            await visitor.until(lambda frame: frame.get("event") == "shutdown")
            with pytest.raises(ConnectionClosed):
                await visitor.read()
            assert not [frame for frame in visitor.frames if (frame.get("payload") or {}).get("result")]
            assert (visitor.socket.protocol.close_code, visitor.socket.protocol.close_reason) == (
                1012,
                "service restart",
            )
        async with client(gateway) as again:
            gone = await again.call("agent.wait", runId="run-1", timeoutMs=10)

    assert gone["payload"]["status"] == "timeout"


async def test_muted() -> None:
    """A muted gateway answers and runs, but tells nothing of its runs until it isn't muted any more."""
    async with FakeGateway(script=[Say("hi"), READ]) as gateway, client(gateway) as visitor:
        gateway.connections.muted = True
        ending = await visitor.run()
        silent = runs_seen(visitor.frames)
        gateway.connections.muted = False
        await visitor.run(run_id="run-2")

    assert (ending["ok"], silent, runs_seen(visitor.frames)) == (True, set(), {"run-2"})
    assert len(visitor.events("tool")) == 2


async def test_a_message_can_be_stored() -> None:
    """A message is put into the history, and followers are told, without an event of the run."""
    async with FakeGateway(script=[Hang()]) as gateway, client(gateway) as visitor:
        await visitor.call("sessions.subscribe")
        await visitor.send("agent", ORDER)
        await visitor.until(lambda frame: frame.get("event") == "session.message")
        gateway.store_message("run-1", {"role": "assistant", "content": []})
        told = await visitor.until(lambda frame: frame.get("event") == "session.message")

    assert told["payload"]["message"] == gateway.sessions["agent:dev:one"].messages[-1]
    assert told["payload"]["message"]["content"] == []


async def test_events_get_lost() -> None:
    """Numbers that are skipped are never sent, as if those events had been lost on the way."""
    async with FakeGateway(protocol=3, script=[Say("a"), Wait(0.05), Say("b")]) as gateway:
        async with client(gateway) as visitor:
            asked = await visitor.send("agent", ORDER)
            await visitor.until(lambda frame: (frame.get("payload") or {}).get("stream") == "assistant")
            gateway.runs["run-1"].skip_numbers(3)
            await visitor.ending(asked)

    numbers = [frame["payload"]["seq"] for frame in visitor.frames if frame.get("event") == "agent"]
    assert numbers == [1, 2, 6, 7]


async def test_an_old_process() -> None:
    """How long the process has run is told, and can be changed; a restart begins at zero."""
    async with FakeGateway() as gateway:
        gateway.process.began_at -= 3600
        async with client(gateway) as visitor:
            old = visitor.frames[1]["payload"]
        await gateway.restart()
        async with client(gateway) as visitor:
            new = visitor.frames[1]["payload"]

    assert old["snapshot"]["uptimeMs"] >= 3_600_000 > new["snapshot"]["uptimeMs"]
    assert old["server"]["bootId"] != new["server"]["bootId"]


async def test_killing_it_cuts_every_line() -> None:
    """A killed gateway says nothing at all."""
    async with FakeGateway(script=[Hang()]) as gateway, client(gateway) as visitor:
        await visitor.send("agent", ORDER)
        await gateway.until(lambda: "run-1" in gateway.runs)
        gateway.kill()
        with pytest.raises(ConnectionClosed):
            await visitor.until(lambda _: False)

    assert visitor.socket.protocol.close_code == 1006


async def test_it_ticks() -> None:
    """Ticks come to everybody, at the rate that the welcome names."""
    async with FakeGateway(tick=0.02) as gateway, client(gateway) as visitor:
        await visitor.until(lambda frame: frame.get("event") == "tick")
        await visitor.until(lambda frame: frame.get("event") == "tick")

    assert visitor.frames[1]["payload"]["policy"]["tickIntervalMs"] == 20


async def test_slow_readers_are_sent_away() -> None:
    """A client that doesn't read is closed when too much waits for it."""
    async with (
        FakeGateway(protocol=3, script=[Say("x" * 400_000) for _ in range(40)]) as gateway,
        client(gateway) as visitor,
    ):
        visitor.socket.transport.pause_reading()
        await visitor.send("agent", ORDER)
        await gateway.until(lambda: "run-1" in gateway.runs and gateway.runs["run-1"].ending is not None)
        visitor.socket.transport.resume_reading()
        with pytest.raises(ConnectionClosed):
            await visitor.until(lambda _: False)

    assert (visitor.socket.protocol.close_code, visitor.socket.protocol.close_reason) == (
        1008,
        "slow consumer",
    )


async def test_waiting_in_vain() -> None:
    """Who waits for what doesn't happen is told so."""
    async with FakeGateway() as gateway:
        with pytest.raises(TimeoutError):
            await gateway.until(lambda: False, timeout=0.01)
