"""A generation as one JSON object: where it is, what it counted, how it came out."""

from propactor.actors.generation_actor import GenerationActor
from propactor.core.events import Error, Result, Started
from propactor.core.sse import plain
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
    request_id, ended_at = actor.request.request_id, actor.finished_at
    until = ended_at or actor.clock()
    body: dict[str, object] = {
        "requestId": request_id,
        "jobId": actor.request.job_id,
        "state": actor.generation.state,
        "createdAt": _ms(actor, actor.created_at),
        "durationMs": int((until - actor.created_at) * 1000),
        "resumeUntil": _ms(actor, (ended_at or actor.created_at) + retain_seconds),
        "lastEventId": actor.journal.head,
        "readers": actor.journal.readers,
        "stats": plain(actor.generation.stats()),
        "eventsUrl": events_url(request_id),
        "stateUrl": state_url(request_id),
    }
    return body | _ending(actor)


def _ending(actor: GenerationActor) -> dict[str, object]:
    body: dict[str, object] = {}
    if actor.finished_at is not None:
        body["finishedAt"] = _ms(actor, actor.finished_at)
    if isinstance(actor.outcome, Result):
        body["result"] = plain(actor.outcome)
    if isinstance(actor.outcome, Error):
        body["error"] = plain(actor.outcome)
    if actor.upstream_cancel is not None:
        body["upstreamCancel"] = actor.upstream_cancel
    return body


def _ms(actor: GenerationActor, at: float) -> int:
    return int((at + actor.epoch) * 1000)
