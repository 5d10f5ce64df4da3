"""All runs of a gateway: taken, accepted one after the other in each session, aborted, lost, resumed."""

import uuid
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from propactor.testing.gateway import agent_params, frames
from propactor.testing.gateway.frames import Json
from propactor.testing.gateway.run import Run
from propactor.testing.gateway.run_state import RunRequest
from propactor.testing.gateway.services import Services
from propactor.testing.gateway.sessions import Session, now_ms
from propactor.testing.steps import Accept, Ignore, Refuse, Step

Script = Sequence[Step] | Callable[[Mapping[str, Any]], Sequence[Step]]
"""What every run does, or a function from the parameters of ``agent`` to that."""
_RESUME_PROMPT = (
    "[System] Your previous turn was interrupted by a gateway restart while OpenClaw was waiting on"
    " tool/model work. Continue from the existing transcript."
)


class RunTable:
    """Keeps the runs by their ids; those of one session take turns."""

    def __init__(self, services: Services, script: Script) -> None:
        self.by_id: dict[str, Run] = {}
        self.pending: set[str] = set()
        self._services, self._script = services, script
        self._queues: dict[str, deque[Run]] = {}
        self._waiters: dict[str, list[Callable[[Json], None]]] = {}

    def take(self, request: RunRequest, params: Mapping[str, Any]) -> None:
        """Take a request for a run: accept it, late perhaps, or refuse it, or ignore it."""
        script = self._script(params) if callable(self._script) else self._script
        first = script[0] if script else None
        match first:
            case Ignore():
                return
            case Refuse(code=code, message=message):
                request.asker.respond(request.request_id, None, frames.error(code, message))
            case Accept(after=after):
                self.pending.add(request.run_id)
                self._services.scheduler.after(after, lambda: self._accept(request, params, script[1:]))
            case _:
                self._accept(request, params, script)

    def in_flight(self, session: Session) -> Run | None:
        """Return the run of a session whose turn it is."""
        queue = self._queues.get(session.session_id, ())
        return next((run for run in queue if run.started), None)

    def wait(self, run_id: str, answer: Callable[[Json], None]) -> None:
        """Call ``answer`` with how a run ended, now or later; the run may not be there yet."""
        run = self.by_id.get(run_id)
        if run is None:
            self._waiters.setdefault(run_id, []).append(answer)
        else:
            run.wait(answer)

    def stop(self, key: str | None, run_id: str | None) -> list[str]:
        """Stop the runs of a session, or one run, or, with neither, all; return which were stopped."""
        meant = [run for run in self.by_id.values() if key in (None, run.session.key)]
        stopped = [run.run_id for run in meant if run_id in (None, run.run_id) and run.stop()]
        for one in stopped:
            self._services.activity.add_abort(one)
        return stopped

    def forget(self) -> list[Run]:
        """Lose every run, as a process does that ends; return those that were going on."""
        interrupted = [run for run in self.by_id.values() if run.running]
        self.stop_playing()
        self.by_id.clear()
        self.pending.clear()
        return interrupted

    def stop_playing(self) -> None:
        """Play no run any more, and say nothing about it."""
        for run in self.by_id.values():
            run.lose()
        self._queues.clear()

    def resume(self, interrupted: Run) -> None:
        """Begin a run anew under another id: what its session doesn't have yet it says from the start.

        Gateways of today do so by themselves after they were killed.
        """
        run_id = str(uuid.uuid4())
        request = replace(interrupted.request, run_id=run_id, message=_RESUME_PROMPT, internal=True)
        run = self._add(request, interrupted.session, interrupted.unstored)
        run.start()
        self._services.activity.notify()

    def _accept(self, request: RunRequest, params: Mapping[str, Any], script: Sequence[Step]) -> None:
        """Answer that the run is accepted, and start it when the session's others are over."""
        profile = self._services.profile
        key = agent_params.session_key(params, profile)
        session = self._services.store.open(key, agent_params.agent_of(params, key))
        session.settings.setdefault("thinkingLevel", params.get("thinking"))
        run = self._add(request, session, script)
        for answer in self._waiters.pop(run.run_id, []):
            run.wait(answer)
        accepted = {"runId": run.run_id, "status": "accepted", "acceptedAt": now_ms()}
        names = session.names if profile.names_session else {}
        request.asker.respond(request.request_id, accepted | names)
        self._tell_task(run, "running")
        if self._queue(session)[0] is run:
            run.start()
        self._services.activity.notify()

    def _add(self, request: RunRequest, session: Session, script: Sequence[Step]) -> Run:
        run = Run(request, session, script, services=self._services, on_end=self._on_end)
        self.by_id[run.run_id] = run
        self._queue(session).append(run)
        return run

    def _queue(self, session: Session) -> deque[Run]:
        # By the id, not by the key: a new session under the key of a deleted one doesn't wait for its runs.
        return self._queues.setdefault(session.session_id, deque())

    def _on_end(self, run: Run) -> None:
        """Tell that a run is over, and let the next one of the session begin."""
        aborted = run.run_id in self._services.activity.aborted
        self._tell_task(run, "cancelled" if aborted else "completed")
        self._leave_queue(run)
        self._services.activity.notify()

    def _leave_queue(self, run: Run) -> None:
        """Let the next run of the session begin, unless a restart has lost this one and those after it."""
        queue = self._queues.get(run.session.session_id)
        if queue is None or run not in queue:
            return
        queue.remove(run)
        if not queue:
            del self._queues[run.session.session_id]
        elif not queue[0].started:
            queue[0].start()

    def _tell_task(self, run: Run, status: str) -> None:
        """Tell everybody that somebody's run begins or ends, prompt and all."""
        if self._services.profile.task_events:
            task: Json = {"id": run.run_id, "taskId": run.run_id, "kind": "cli", "runtime": "cli"}
            task |= {"status": status, "title": run.request.message, "runId": run.run_id}
            payload = {"action": "upserted", "task": task | run.session.names}
            self._services.connections.broadcast("task", payload)
