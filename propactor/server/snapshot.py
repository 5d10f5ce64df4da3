"""The JSON that clients get of a generation: its addresses, its first event, its snapshot."""

from propactor.actors.handle import GenerationHandle, Snapshot
from propactor.core.entries import payload, plain
from propactor.core.events import Started
from propactor.core.upstream import GenerationRequest

BASE = "/api/creator/generations"


def state_url(request_id: str) -> str:
    """Return the address of a generation's snapshot."""
    return f"{BASE}/{request_id}"


def events_url(request_id: str) -> str:
    """Return the address of a generation's stream."""
    return f"{BASE}/{request_id}/events"


def started(request: GenerationRequest, *, resume_until: int, session_key: str | None) -> Started:
    """Make the first event of a stream.

    Args:
        request: What is generated.
        resume_until: Until when the stream can be read, at least; milliseconds since the epoch.
        session_key: The session that the first upstream will use. Only requests that debug are told.
    """
    return Started(
        job_id=request.job_id,
        events_url=events_url(request.request_id),
        state_url=state_url(request.request_id),
        resume_until=resume_until,
        session_key=session_key if request.debug else None,
    )


def snapshot(generation: GenerationHandle, *, now: float, retain_seconds: float) -> dict[str, object]:
    """Return what is known of a generation, as JSON that clients get; its times are in milliseconds.

    Args:
        generation: What is asked about.
        now: The loop's time, in seconds.
        retain_seconds: How long it stays readable after its end.
    """
    found = generation.snapshot(now)
    body: dict[str, object] = {
        "requestId": generation.request_id,
        "jobId": generation.job_id,
        "state": found.state,
        "createdAt": int(found.created_at * 1000),
        "durationMs": int(found.seconds * 1000),
        "resumeUntil": int(((found.finished_at or found.created_at) + retain_seconds) * 1000),
        "lastEventId": found.last_event_id,
        "readers": found.readers,
        "stats": plain(found.stats),
        "eventsUrl": events_url(generation.request_id),
        "stateUrl": state_url(generation.request_id),
    }
    return body | _ending(found)


def _ending(found: Snapshot) -> dict[str, object]:
    body: dict[str, object] = {}
    if found.finished_at is not None:
        body["finishedAt"] = int(found.finished_at * 1000)
    if found.outcome is not None:
        body[found.outcome.kind] = payload(found.outcome.data)
    if found.upstream_cancel is not None:
        body["upstreamCancel"] = found.upstream_cancel
    return body
