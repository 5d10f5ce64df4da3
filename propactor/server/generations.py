"""The calls about generations: begin one, read it, look at it, end it, list them."""

import asyncio
import re

from aiohttp import HttpVersion11, web

from propactor.actors.generation_actor import GenerationActor
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
    """Begin a generation and stream it, or, with ``mode: async``, say where its stream is."""
    arrived_at = _now()
    body = await read_body(request)
    actor, after = _attach(request, body)
    if body.mode == "async":
        actor.launch()
        where = events_url(actor.request.request_id)
        answer = {"requestId": actor.request.request_id, "jobId": actor.request.job_id, "eventsUrl": where}
        return json_response(answer, status=202, headers={"Location": where})
    return await _stream(request, actor, after, arrived_at)


async def generate(request: web.Request) -> web.Response:
    """Begin a generation, wait for its end, and answer with the prop."""
    body = await read_body(request)
    actor, _ = _attach(request, body)
    actor.launch()
    subscription = actor.readers.subscribe()
    try:
        while not subscription.at_end:
            await subscription.wait()
            subscription.skip()
    finally:
        actor.readers.unsubscribe(subscription)
    return _outcome(actor)


def _outcome(actor: GenerationActor) -> web.Response:
    outcome = actor.generation.outcome
    assert outcome is not None
    said = payload(outcome.data)
    if outcome.kind == "result":
        return json_response(said)
    code, error = said["code"], PropactorError(said["message"], retry_after_ms=said.get("retryAfterMs"))
    return problem(error, status_of(code), code=code, recoverable=said["recoverable"])


def _attach(request: web.Request, body: GenerateBody) -> tuple[GenerationActor, int]:
    """Find the generation that a repeated request belongs to, and its place there, or create one."""
    known, supervisor = request.app[IDEMPOTENCY], request.app[SUPERVISOR]
    fingerprint = body.fingerprint(request.remote or "")
    key, cursor = request.headers.get("Idempotency-Key"), _cursor(request)
    earlier = known.by_key(key, fingerprint) if key is not None else None
    if earlier is None and cursor is not None:
        earlier = known.by_body(fingerprint)
    if earlier is not None:
        try:
            return supervisor.find(earlier), cursor or 0
        except NotFound:
            pass  # no longer kept: what follows is a new generation
    actor = _create(request, body)
    known.remember(key, fingerprint, actor.request.request_id)
    return actor, 0


def _create(request: web.Request, body: GenerateBody) -> GenerationActor:
    settings, supervisor = request.app[SETTINGS], request.app[SUPERVISOR]
    upstreams = request.app[UPSTREAMS]
    wanted = body.request(settings)
    until = _now() + supervisor.epoch + settings.stream.retain_seconds
    first = started(wanted, resume_until=int(until * 1000), session_key=upstreams.session_key(wanted))
    try:
        return supervisor.create(wanted, upstreams.choose(wanted), first)
    except PropactorError as exc:
        request.app[METRICS].rejected(exc.code)
        raise


async def events(request: web.Request) -> web.StreamResponse:
    """Stream a generation to a late, second or returning reader."""
    cursor = _cursor(request)
    try:
        actor = _find(request)
    except NotFound:
        if cursor is None:
            raise
        raise CursorExpired("This generation is no longer kept.") from None
    if cursor is not None:
        request.app[METRICS].resumes.inc()
    return await _stream(request, actor, cursor or 0, _now())


async def _stream(
    request: web.Request, actor: GenerationActor, after: int, arrived_at: float
) -> web.StreamResponse:
    """Stream from a place on, or say that nothing will follow it."""
    subscription = actor.readers.subscribe(after)
    try:
        if subscription.at_end:
            return web.Response(status=204)
        response = web.StreamResponse(headers=HEADERS)
        if request.version >= HttpVersion11:
            response.enable_chunked_encoding()
        await response.prepare(request)
        await _pump(_make_pump(request, response, actor, subscription), request, actor, arrived_at)
        await response.write_eof()
        return response
    finally:
        actor.readers.unsubscribe(subscription)
        if not actor.launched:  # the client was gone before its first byte
            actor.cancel("abandoned")


def _make_pump(
    request: web.Request, response: web.StreamResponse, actor: GenerationActor, subscription: Subscription
) -> Pump:
    app, stream = request.app, request.app[SETTINGS].stream
    return Pump(
        response,
        request.transport,
        actor,
        subscription,
        timers=app[SUPERVISOR].timers,
        batch=app[WRITE_BATCH],
        metrics=app[METRICS],
        heartbeat=stream.heartbeat_seconds,
        retry_ms=stream.retry_ms,
    )


async def _pump(pump: Pump, request: web.Request, actor: GenerationActor, arrived_at: float) -> None:
    """Pump to the end; the upstream is asked once the first bytes are in the socket."""
    metrics = request.app[METRICS]
    await pump.open()
    if not actor.launched:
        metrics.time_to_started.observe(_now() - arrived_at)
        actor.launch()
    with metrics.readers.track_inprogress():
        await pump.run()


async def look(request: web.Request) -> web.Response:
    """Answer with a snapshot of a generation."""
    return json_response(_snapshot(request, _find(request)))


async def cancel(request: web.Request) -> web.Response:
    """End a generation: 202 while its upstream is being stopped, 200 when it had ended already."""
    actor = _find(request)
    if actor.generation.finished:
        return json_response(_snapshot(request, actor))
    stopping = actor.cancel("asked")
    answer = {"requestId": actor.request.request_id, "state": "cancelling"}
    return json_response(answer | {"upstreamCancel": "pending" if stopping else "none"}, status=202)


async def list_live(request: web.Request) -> web.Response:
    """Answer with the live generations, newest first."""
    return json_response({"generations": [_snapshot(request, a) for a in request.app[SUPERVISOR].live]})


def _snapshot(request: web.Request, actor: GenerationActor) -> dict[str, object]:
    return snapshot(actor, retain_seconds=request.app[SETTINGS].stream.retain_seconds)


def _find(request: web.Request) -> GenerationActor:
    return request.app[SUPERVISOR].find(request.match_info["request_id"])


def _now() -> float:
    return asyncio.get_running_loop().time()


def _cursor(request: web.Request) -> int | None:
    """Return the place to resume from, or None; the header wins, as browsers send it.

    Raises:
        InvalidRequest: it isn't one of our event ids.
    """
    value = request.headers.get("Last-Event-ID") or request.query.get("last_event_id")
    if not value:
        return None
    if not CURSOR.fullmatch(value):
        raise InvalidRequest("Last-Event-ID is not an event id of this service.")
    return int(value)
