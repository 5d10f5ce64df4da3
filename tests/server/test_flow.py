"""Slow readers, many readers, no readers: nobody waits for anybody, and what is dropped is told."""

import asyncio
import json
import socket
from asyncio import StreamReader, StreamWriter

from propactor.core.events import TextDelta, Thinking, ToolCall
from propactor.core.sse import Decoder
from propactor.server.keys import SUPERVISOR
from propactor.testing.scripted import ScriptedUpstream, Step, Wait
from tests.server.service import Heard, Service, assert_grammar, names, service, text

BLOCK = "x" * 2000
FLOOD: list[Step] = [
    step
    for number in range(2000)
    for step in (
        Thinking(f"{number} {BLOCK}", "1", "gateway"),
        ToolCall("read", f"call-{number}", source="gateway"),
        TextDelta(f"{number} {BLOCK}\n", source="gateway"),
        Wait(0),
    )
]
ROOMY = {"journal_bytes": 2**25, "journal_events": 20_000, "text_chars": 10**7}


async def _far_reader(served: Service) -> tuple[StreamReader, StreamWriter]:
    """Ask for a stream from far away: small segments, a small window, and nothing read yet."""
    client = socket.socket()
    client.setblocking(False)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1400)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    host, port = served.url.removeprefix("http://").split(":")
    await asyncio.get_running_loop().sock_connect(client, (host, int(port)))
    reader, writer = await asyncio.open_connection(sock=client, limit=4096)
    body = b'{"prompt":"a lamp"}'
    head = b"POST /api/creator/generate-prop-stream HTTP/1.0\r\nContent-Type: application/json\r\n"
    writer.write(b"%bContent-Length: %d\r\n\r\n%b" % (head, len(body), body))
    await reader.readuntil(b"event: thinking")
    return reader, writer


async def _rest(reader: StreamReader, writer: StreamWriter) -> list[Heard]:
    """Read what is left; the first event in it has lost its name, so it doesn't count."""
    raw = await asyncio.wait_for(reader.read(), 30)
    writer.close()
    frames = Decoder().feed(raw)
    return [Heard(0, int(f.id) if f.id else None, f.event, json.loads(f.data)) for f in frames][1:]


async def _finished(served: Service) -> None:
    async with asyncio.timeout(30):
        while served.app[SUPERVISOR].live:
            await asyncio.sleep(0)


async def test_slow_reader_loses_previews_only_and_is_told() -> None:
    """A reader that lags gets all text and tools, in order, and is told how many thoughts it missed."""
    go = asyncio.Event()
    flood = ScriptedUpstream([Thinking("First.", "1", "gateway"), go, *FLOOD])
    async with service(flood, limits=ROOMY, fallback={"template": False}) as served:
        reader, writer = await _far_reader(served)
        go.set()
        await _finished(served)
        heard = await _rest(reader, writer)

    assert text(heard) == "".join(event.delta for event in FLOOD if isinstance(event, TextDelta))
    assert names(heard).count("tool_call") == 2000
    notices = [one.data["dropped"] for one in heard if one.data.get("phase") == "slow_reader"]
    assert sum(notices) >= 2000 - names(heard).count("thinking") > 0
    ids = [one.data["seq"] for one in heard if one.data.get("phase") != "slow_reader"]
    assert ids == sorted(set(ids))
    assert names(heard)[-1] == "done"


async def test_reader_that_falls_out_is_told_and_may_come_back() -> None:
    """When the journal has moved past a reader its stream ends without `done`, and says why."""
    go = asyncio.Event()
    flood = ScriptedUpstream([Thinking("First.", "1", "gateway"), go, *FLOOD])
    small = ROOMY | {"journal_bytes": 2**16}
    async with service(flood, limits=small, fallback={"template": False}) as served:
        reader, writer = await _far_reader(served)
        actor = served.app[SUPERVISOR].live[0]
        go.set()
        await _finished(served)
        heard = await _rest(reader, writer)
        status, problem = await served.get(f"generations/{actor.request.request_id}/events?last_event_id=2")

    assert "done" not in names(heard)
    assert heard[-1].data["reason"] == "evicted"
    assert (status, problem["code"]) == (410, "CURSOR_EXPIRED")


async def test_dead_reader_delays_nobody() -> None:
    """While one reader doesn't read at all, another gets the whole stream and the generation ends."""
    go = asyncio.Event()
    flood = ScriptedUpstream([Thinking("First.", "1", "gateway"), go, *FLOOD])
    async with service(flood, limits=ROOMY, fallback={"template": False}) as served:
        _, writer = await _far_reader(served)
        request_id = served.app[SUPERVISOR].live[0].request.request_id
        async with served.resume(f"generations/{request_id}/events") as stream:
            await stream.next()
            go.set()
            heard = await stream.all()
        writer.close()

    assert_grammar(heard)
    assert text(heard) == "".join(event.delta for event in FLOOD if isinstance(event, TextDelta))


async def test_readers_leave_nothing_behind() -> None:
    """Three hundred streams opened and cut, silent ones among them, leave no task, reader or generation."""
    waiting = ScriptedUpstream([Thinking("First.", "1", "gateway"), asyncio.Event()])
    async with service(waiting, stream={"disconnect_grace_seconds": 0}) as served:
        before = len(asyncio.all_tasks())
        for _ in range(6):
            await asyncio.gather(*(_open_and_leave(served) for _ in range(50)))
        await _finished(served)
        async with asyncio.timeout(5):
            while len(asyncio.all_tasks()) > before:
                await asyncio.sleep(0)
        metrics = await _metrics(served)

    assert metrics["propactor_readers"] == 0
    assert metrics['propactor_cancels_total{reason="abandoned"}'] == 300


async def _open_and_leave(served: Service) -> None:
    async with served.open() as stream:
        await stream.next()


async def _metrics(served: Service) -> dict[str, float]:
    async with served.http.get(served.url + "/metrics") as answer:
        lines = (await answer.text()).splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}


async def test_metrics_tell_what_happened() -> None:
    """A scrape after a run shows events by type and source, outcomes, times and lag."""
    script = [TextDelta("Hello.", source="gateway", at=1)]
    async with service(ScriptedUpstream(script)) as served:
        await served.read()
        metrics = await _metrics(served)

    assert metrics['propactor_events_total{source="gateway",type="text_delta"}'] == 1
    assert metrics['propactor_generations_finished_total{code="template",outcome="result"}'] == 1
    assert metrics['propactor_fallbacks_total{code="INVALID_MODEL_OUTPUT",to="template"}'] == 1
    assert metrics["propactor_time_to_started_seconds_count"] == 1
    assert metrics['propactor_time_to_first_event_seconds_count{source="gateway"}'] == 1
    assert metrics['propactor_delta_lag_seconds_count{stage="socket"}'] == 1
    assert metrics['propactor_generations{state="streaming"}'] == 0
