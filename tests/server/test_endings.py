"""How streams end: cancel, failure, fallback, silence, disconnect, shutdown; always with `done`."""

import asyncio
import socket
import struct
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from propactor.core.events import TextDelta
from propactor.server.keys import SUPERVISOR
from propactor.testing import scripted
from propactor.testing.gateway import FakeGateway
from propactor.testing.scripted import ScriptedUpstream, Wait
from propactor.testing.steps import Disconnect, Fail, Hang, Retry, Say, Think
from tests.server.service import PROMPT, Service, assert_grammar, names, service, text

NO_FALLBACK = {"template": False}


def connected(gateway: FakeGateway, **tables: Mapping[str, Any]) -> AbstractAsyncContextManager[Service]:
    """Run a service on this gateway."""
    return service(None, gateway={"url": gateway.url, "token": gateway.token}, **tables)


@pytest.mark.parametrize("protocol", [3, 4])
async def test_cancel_reaches_the_gateway(protocol: int) -> None:
    """DELETE ends the stream with CANCELLED, and the gateway confirms its stop within half a second."""
    script = [Say("I begin", at=0.05), Hang()]
    async with FakeGateway(protocol=protocol, script=script) as gateway, connected(gateway) as served:
        async with served.open() as stream:
            started = await stream.next()
            await stream.until("text_delta")
            status, _ = await served.delete(started.data["stateUrl"])
            heard = await stream.all(within=2)
        again = await served.delete(started.data["stateUrl"])
        await gateway.until(lambda: bool(gateway.aborted), 0.5)

    assert status == 202
    assert again[0] == 200
    assert again[1]["error"]["code"] == "CANCELLED"
    assert_grammar(heard)
    assert heard[-2].data["code"] == "CANCELLED"
    assert heard[-1].data["upstreamCancel"] == "confirmed"


async def test_unconfirmed_stop_is_said() -> None:
    """An upstream that doesn't answer to being stopped is reported as unconfirmed."""
    deaf = ScriptedUpstream([TextDelta("Hm", source="gateway"), Wait(30)], stopping="silent")
    async with service(deaf, timeouts={"stop": 0.1}) as served, served.open() as stream:
        started = await stream.next()
        await stream.until("text_delta")
        await served.delete(started.data["stateUrl"])
        heard = await stream.all(within=2)

    assert heard[-1].data["upstreamCancel"] == "unconfirmed"


async def test_cancel_works_after_coming_back() -> None:
    """Resume and stop don't exclude each other: every reader of a cancelled run sees its end."""
    script = [Say("I begin", at=0.05), Hang()]
    async with FakeGateway(script=script) as gateway, connected(gateway) as served:
        async with served.open() as stream:
            started = await stream.next()
        async with served.resume(started.data["eventsUrl"], 1) as again:
            await again.until("text_delta")
            await served.delete(started.data["stateUrl"])
            heard = await again.all(within=2)

    assert names(heard)[-2:] == ["error", "done"]


async def test_model_failure_falls_back_and_says_so() -> None:
    """When the model fails the template steps in, the text starts over, and the result says why."""
    script = [Think("Let me see."), Say("export function Half("), Fail()]
    async with FakeGateway(script=script) as gateway, connected(gateway) as served:
        heard = await served.read()

    assert_grammar(heard)
    result = heard[-2].data
    assert result["method"] == "template"
    assert result["fallbackReason"]["code"] == "UPSTREAM_ERROR"
    assert any(one.data.get("phase") == "fallback" for one in heard)
    assert text(heard).startswith("import")


@pytest.mark.parametrize("protocol", [3, 4])
async def test_model_failure_without_fallback_is_an_error(protocol: int) -> None:
    """A gateway that calls a model's failure `ok` doesn't make it a result."""
    async with FakeGateway(protocol=protocol, script=[Fail()]) as gateway:
        async with connected(gateway, fallback=NO_FALLBACK) as served:
            heard = await served.read()

    assert_grammar(heard)
    assert heard[-2].data["code"] == "UPSTREAM_ERROR"


@pytest.mark.parametrize("protocol", [3, 4])
async def test_retry_doubles_nothing(protocol: int) -> None:
    """When the gateway tries again, what the failed attempt said is void."""
    script = [Say("First try, half a"), Retry(), Say("Second try, whole.")]
    async with FakeGateway(protocol=protocol, script=script) as gateway:
        async with connected(gateway, fallback=NO_FALLBACK) as served:
            heard = await served.read()

    assert text(heard) == "Second try, whole."
    assert any(one.data.get("phase") == "retrying" for one in heard)


@pytest.mark.parametrize("protocol", [3, 4])
async def test_lost_connection_is_survived(protocol: int) -> None:
    """A run whose connection is lost goes on, and so does its stream: nothing is lost or doubled."""
    script = [Say("Half a "), Disconnect(), Say("sentence, and the rest.")]
    async with FakeGateway(protocol=protocol, script=script) as gateway:
        async with connected(gateway, fallback=NO_FALLBACK) as served:
            heard = await served.read()

    assert_grammar(heard)
    assert text(heard) == "Half a sentence, and the rest."
    assert [one.data["phase"] for one in heard if one.event == "progress"].count("degraded") == 1


async def test_no_gateway_falls_back_and_says_so() -> None:
    """Without a gateway the template steps in, for that reason and not because of some silence."""
    nobody = {"url": "ws://127.0.0.1:9", "token": "t"}
    async with service(None, gateway=nobody, timeouts={"accept": 0.5}) as served:
        heard = await served.read()

    assert_grammar(heard)
    assert heard[-2].data["fallbackReason"]["code"] == "GATEWAY_UNAVAILABLE"


async def test_prose_is_invalid_output() -> None:
    """An answer without a prop is an error of its own."""
    async with FakeGateway(script=[Say("I'd rather talk.")]) as gateway:
        async with connected(gateway, fallback=NO_FALLBACK) as served:
            heard = await served.read()

    assert heard[-2].data["code"] == "INVALID_MODEL_OUTPUT"
    assert any(one.data.get("phase") == "parsing_output" for one in heard)


@pytest.mark.parametrize(
    ("script", "phase"),
    [([Wait(30)], "accept"), ([TextDelta("Hm", source="gateway"), Wait(30)], "idle")],
)
async def test_silence_is_told_and_ends(script: Sequence[scripted.Step], phase: str) -> None:
    """A silent upstream is said to be stalled first, then given up, with the phase in the error."""
    limits = {"accept": 0.4, "idle": 0.4, "first_event": 0.4}
    async with service(ScriptedUpstream(script), timeouts=limits, fallback=NO_FALLBACK) as served:
        heard = await served.read()

    assert_grammar(heard)
    error = heard[-2].data
    assert (error["code"], error["phase"]) == ("GEN_TIMEOUT", phase)
    stalled = next(one for one in heard if one.data.get("phase") == "stalled")
    assert stalled.data["limitMs"] == 400
    assert 0.1 < stalled.at < heard[-2].at


async def test_abandoned_generation_is_cancelled_after_the_grace() -> None:
    """When the last reader has gone, the upstream is stopped, but only after the grace."""
    upstream = ScriptedUpstream([TextDelta("Hm", source="gateway"), Wait(30)])
    async with service(upstream, stream={"disconnect_grace_seconds": 0.3}) as served:
        async with served.open() as stream:
            started = await stream.next()
            await stream.until("text_delta")
        early = await served.get(started.data["stateUrl"])
        snapshot = await _ended(served, started.data["stateUrl"])

    assert early[1]["state"] == "streaming"
    assert snapshot["error"]["code"] == "CANCELLED"
    assert snapshot["upstreamCancel"] == "confirmed"


async def _ended(served: Service, url: str) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while True:
            _, snapshot = await served.get(url)
            if snapshot["state"] == "done":
                return dict(snapshot)


async def test_continue_runs_on_without_readers() -> None:
    """With `on_disconnect: continue` a generation finishes alone and can be fetched later."""
    upstream = ScriptedUpstream([Wait(0.3), TextDelta("Hm", source="gateway")])
    async with service(upstream, stream={"disconnect_grace_seconds": 0}) as served:
        async with served.open(body={"on_disconnect": "continue"}) as stream:
            started = await stream.next()
        snapshot = await _ended(served, started.data["stateUrl"])

    assert "result" in snapshot


async def test_client_gone_before_the_first_byte_leaves_nothing() -> None:
    """Connections reset right after the request leave no live generation behind."""
    upstream = ScriptedUpstream([Wait(30)])
    async with service(upstream, stream={"disconnect_grace_seconds": 0}) as served:
        for _ in range(50):
            await asyncio.to_thread(_ask_and_reset, served.url)
        async with asyncio.timeout(10):
            while served.app[SUPERVISOR].live:
                await asyncio.sleep(0)

    assert [task for task in asyncio.all_tasks() if task.get_name().startswith("req_")] == []


def _ask_and_reset(url: str) -> None:
    host, port = url.removeprefix("http://").split(":")
    body = b'{"prompt":"a lamp"}'
    with socket.create_connection((host, int(port))) as client:
        client.sendall(
            b"POST /api/creator/generate-prop-stream HTTP/1.1\r\nHost: x\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def test_drain_lets_run_then_ends_and_takes_no_more() -> None:
    """While stopping, new generations get 503, running ones their time, then `SERVICE_STOPPING`."""
    upstream = ScriptedUpstream([TextDelta("Hm", source="gateway"), Wait(30)])
    async with service(upstream) as served, served.open() as stream:
        await stream.until("text_delta")
        draining = asyncio.create_task(served.app[SUPERVISOR].drain(0.3))
        while not served.app[SUPERVISOR].stopping:
            await asyncio.sleep(0)
        ready = await served.get("/readyz")
        async with served.http.post(served.at("generate-prop-stream"), json=PROMPT) as answer:
            problem = await answer.json(content_type=None)
        heard = await stream.all(within=3)
        await draining

    assert ready[0] == 503
    assert (answer.status, problem["code"]) == (503, "SERVICE_STOPPING")
    assert_grammar(heard)
    assert heard[-2].data["code"] == "SERVICE_STOPPING"


async def test_defect_of_an_adapter_still_ends_the_stream(caplog: pytest.LogCaptureFixture) -> None:
    """A bug of ours is an INTERNAL_ERROR for the reader and one traceback for the operator."""
    buggy = ScriptedUpstream([TextDelta("Hm", source="gateway"), ZeroDivisionError("a bug")])
    async with service(buggy) as served:
        heard = await served.read()

    assert_grammar(heard)
    assert heard[-2].data["code"] == "INTERNAL_ERROR"
    assert sum(record.exc_info is not None for record in caplog.records) == 1
