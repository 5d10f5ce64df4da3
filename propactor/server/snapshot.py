"""A generation as one JSON object: where it is, what it counted, how it came out."""

import asyncio

from propactor.actors.generation_actor import GenerationActor
from propactor.core.entries import payload, plain
from propactor.core.events import Started
from propactor.core.upstream import GenerationRequest

BASE = "/api/creator/generations"


def state_url(request_id: str) -> str:
    """Return where a generation's snapshot is."""
    return f"{BASE}/{request_id}"


def events_url(request_id: str) -> str:
    """Return where a generation's stream is."""
    return f"{BASE}/{request_id}/events"


def started(request: GenerationRequest, *, resume_until: int, session_key: str | None) -> Started:
    """Make the first event; ``resume_until`` is in milliseconds since the epoch."""
    return Started(
        job_id=request.job_id,
        events_url=events_url(request.request_id),
        state_url=state_url(request.request_id),
        resume_until=resume_until,
        session_key=session_key if request.debug else None,
    )


def snapshot(actor: GenerationActor, *, retain_seconds: float) -> dict[str, object]:
    """Return what is known of a generation now; times in milliseconds since the epoch."""
    request_id, record = actor.request.request_id, actor.record
    until = record.finished_at or asyncio.get_running_loop().time()
    body: dict[str, object] = {
        "requestId": request_id,
        "jobId": actor.request.job_id,
        "state": actor.generation.state,
        "createdAt": _ms(actor, record.created_at),
        "durationMs": int((until - record.created_at) * 1000),
        "resumeUntil": _ms(actor, (record.finished_at or record.created_at) + retain_seconds),
        "lastEventId": actor.journal.head,
        "readers": actor.journal.readers,
        "stats": plain(actor.stats()),
        "eventsUrl": events_url(request_id),
        "stateUrl": state_url(request_id),
    }
    return body | _ending(actor)


def _ending(actor: GenerationActor) -> dict[str, object]:
    body: dict[str, object] = {}
    record = actor.record
    if record.finished_at is not None:
        body["finishedAt"] = _ms(actor, record.finished_at)
    outcome = actor.generation.outcome
    if outcome is not None:
        body[outcome.kind] = payload(outcome.data)
    if record.upstream_cancel is not None:
        body["upstreamCancel"] = record.upstream_cancel
    return body


def _ms(actor: GenerationActor, at: float) -> int:
    return int((at + actor.epoch) * 1000)
