"""The handlers for generations: begin one, stream it, take a snapshot, cancel it, list the live ones."""

import asyncio
import re

from aiohttp import HttpVersion11, web

from propactor.actors.handle import GenerationHandle
from propactor.actors.journal import Subscription
from propactor.core.entries import payload
from propactor.core.errors import CursorExpired, InvalidRequest, NotFound, PropactorError
from propactor.server.errors import problem, status_of
from propactor.server.json import json_response
from propactor.server.keys import IDEMPOTENCY, METRICS, SETTINGS, SUPERVISOR, UPSTREAMS, WRITE_BATCH
from propactor.server.pump import HEADERS, Pump
from propactor.server.requests import GenerateBody, read_body
from propactor.server.snapshot import events_url, snapshot, started

CURSOR = re.compile(r"[0-9]{1,15}")


async def generate_stream(request: web.Request) -> web.StreamResponse:
    """Begin a generation and stream it; with ``mode: async`` answer with the address of its stream (202)."""
    arrived_at = _now()
    body = await read_body(request)
    generation, after = _attach(request, body)
    if body.mode == "async":
        generation.launch()
        where = events_url(generation.request_id)
        answer = {"requestId": generation.request_id, "jobId": generation.job_id, "eventsUrl": where}
        return json_response(answer, status=202, headers={"Location": where})
    return await _stream(request, generation, after, arrived_at)


async def generate(request: web.Request) -> web.Response:
    """Begin a generation, wait for its end, and answer with the prop or a problem."""
    body = await read_body(request)
    generation, _ = _attach(request, body)
    generation.launch()
    subscription = generation.subscribe()
    try:
        while not subscription.at_end:
            await subscription.wait()
            subscription.skip()
    finally:
        generation.unsubscribe(subscription)
    return _outcome(generation)


def _outcome(generation: GenerationHandle) -> web.Response:
    outcome = generation.outcome
    assert outcome is not None
    said = payload(outcome.data)
    if outcome.kind == "result":
        return json_response(said)
    code, error = said["code"], PropactorError(said["message"], retry_after_ms=said.get("retryAfterMs"))
    return problem(error, status_of(code), code=code, recoverable=said["recoverable"])


def _attach(request: web.Request, body: GenerateBody) -> tuple[GenerationHandle, int]:
    """Find the generation that a repeated request belongs to, or create one.

    A request is known again by its ``Idempotency-Key``. Where it brings a ``Last-Event-ID`` its body will do:
    an EventSource that uses POST comes back to its own stream so.

    Returns:
        The generation, and the event behind which this reader begins.
    """
    known, supervisor = request.app[IDEMPOTENCY], request.app[SUPERVISOR]
    fingerprint = body.fingerprint(request.remote or "")
    key, cursor = request.headers.get("Idempotency-Key"), _cursor(request)
    earlier = known.by_key(key, fingerprint) if key is not None else None
    if earlier is None and cursor is not None:
        earlier = known.by_body(fingerprint)
    if earlier is not None:
        try:
            return GenerationHandle(supervisor.find(earlier)), cursor or 0
        except NotFound:
            pass  # it is no longer kept, so this request begins a new one
    generation = _create(request, body)
    known.remember(key, fingerprint, generation.request_id)
    return generation, 0


def _create(request: web.Request, body: GenerateBody) -> GenerationHandle:
    settings, supervisor = request.app[SETTINGS], request.app[SUPERVISOR]
    upstreams = request.app[UPSTREAMS]
    wanted = body.request(settings)
    until = _now() + supervisor.epoch + settings.stream.retain_seconds
    first = started(wanted, resume_until=int(until * 1000), session_key=upstreams.session_key(wanted))
    try:
        return GenerationHandle(supervisor.create(wanted, upstreams.choose(wanted), first))
    except PropactorError as exc:
        request.app[METRICS].generations.rejected(exc.code)
        raise


async def events(request: web.Request) -> web.StreamResponse:
    """Stream a generation to a late, second or returning reader.

    Raises:
        NotFound: there is no such generation.
        CursorExpired: the generation, or what follows the reader's place, is no longer kept.
    """
    cursor = _cursor(request)
    try:
        generation = _find(request)
    except NotFound:
        if cursor is None:
            raise
        raise CursorExpired("This generation is no longer kept.") from None
    if cursor is not None:
        request.app[METRICS].readers.resumes.inc()
    return await _stream(request, generation, cursor or 0, _now())


async def _stream(
    request: web.Request, generation: GenerationHandle, after: int, arrived_at: float
) -> web.StreamResponse:
    """Stream what follows event ``after``; answer 204, which ends an EventSource, where nothing will."""
    subscription = generation.subscribe(after)
    try:
        if subscription.at_end:
            return web.Response(status=204)
        response = web.StreamResponse(headers=HEADERS)
        if request.version >= HttpVersion11:
            response.enable_chunked_encoding()
        await response.prepare(request)
        pump = _make_pump(request, response, generation, subscription)
        await _pump(pump, request, generation, arrived_at)
        await response.write_eof()
        return response
    finally:
        generation.unsubscribe(subscription)
        if not generation.launched:  # the client was gone before its first byte, so nobody was asked yet
            generation.cancel("abandoned")


def _make_pump(
    request: web.Request,
    response: web.StreamResponse,
    generation: GenerationHandle,
    subscription: Subscription,
) -> Pump:
    app, stream = request.app, request.app[SETTINGS].stream
    return Pump(
        response,
        request.transport,
        generation,
        subscription,
        timers=app[SUPERVISOR].timers,
        batch=app[WRITE_BATCH],
        metrics=app[METRICS],
        heartbeat=stream.heartbeat_seconds,
        retry_ms=stream.retry_ms,
    )


async def _pump(pump: Pump, request: web.Request, generation: GenerationHandle, arrived_at: float) -> None:
    """Pump to the end. The upstream is asked after the first bytes, in case the client is gone by then."""
    metrics = request.app[METRICS]
    await pump.open()
    if not generation.launched:
        metrics.generations.time_to_started.observe(_now() - arrived_at)
        generation.launch()
    with metrics.readers.open.track_inprogress():
        await pump.run()


async def look(request: web.Request) -> web.Response:
    """Answer with a snapshot of a generation."""
    return json_response(_snapshot(request, _find(request)))


async def cancel(request: web.Request) -> web.Response:
    """End a generation: 202 while its upstream is being stopped, 200 when it had ended already."""
    generation = _find(request)
    if generation.finished:
        return json_response(_snapshot(request, generation))
    stopping = generation.cancel("asked")
    answer = {"requestId": generation.request_id, "state": "cancelling"}
    return json_response(answer | {"upstreamCancel": "pending" if stopping else "none"}, status=202)


async def list_live(request: web.Request) -> web.Response:
    """Answer with the live generations, newest first."""
    live = map(GenerationHandle, request.app[SUPERVISOR].live)
    return json_response({"generations": [_snapshot(request, generation) for generation in live]})


def _snapshot(request: web.Request, generation: GenerationHandle) -> dict[str, object]:
    return snapshot(generation, now=_now(), retain_seconds=request.app[SETTINGS].stream.retain_seconds)


def _find(request: web.Request) -> GenerationHandle:
    return GenerationHandle(request.app[SUPERVISOR].find(request.match_info["request_id"]))


def _now() -> float:
    return asyncio.get_running_loop().time()


def _cursor(request: web.Request) -> int | None:
    """Return the event to resume behind, None if none is named.

    The header counts more than the address: a browser that reconnects sends the header, with the newer place.

    Raises:
        InvalidRequest: it isn't an event id of this service.
    """
    value = request.headers.get("Last-Event-ID") or request.query.get("last_event_id")
    if not value:
        return None
    if not CURSOR.fullmatch(value):
        raise InvalidRequest("Last-Event-ID is not an event id of this service.")
    return int(value)
