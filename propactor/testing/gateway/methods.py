"""The methods that clients can call: one row for each, with the scope that it needs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from propactor.testing.gateway import agent_params
from propactor.testing.gateway.connections import ADMIN, READ, Connection
from propactor.testing.gateway.frames import Json, error
from propactor.testing.gateway.hello import health
from propactor.testing.gateway.profile import Profile
from propactor.testing.gateway.run import Run
from propactor.testing.gateway.run_state import RunRequest
from propactor.testing.gateway.runs import RunTable
from propactor.testing.gateway.services import Services
from propactor.testing.gateway.session_store import SessionStore
from propactor.testing.gateway.sessions import now_ms

WRITE = "operator.write"
Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """What methods work on."""

    services: Services
    runs: RunTable
    agents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A request: who asks for what."""

    context: Context
    client: Connection
    request_id: str
    params: Params

    @property
    def profile(self) -> Profile:
        """Return what the gateway's release does differently."""
        return self.context.services.profile

    @property
    def runs(self) -> RunTable:
        """Return the gateway's runs."""
        return self.context.runs

    @property
    def store(self) -> SessionStore:
        """Return the gateway's sessions."""
        return self.context.services.store

    def answer(self, **payload: object) -> None:
        """Answer that it went well."""
        self.client.respond(self.request_id, payload)

    def refuse(self, message: str, code: str = "INVALID_REQUEST", **more: object) -> None:
        """Answer with an error."""
        self.client.respond(self.request_id, None, error(code, message, **more))

    @property
    def key(self) -> str:
        """Return the session that is meant, as the gateway writes it."""
        key = str(self.params.get("key") or self.params.get("sessionKey") or "")
        return key.lower() if self.profile.canonical_keys else key


def dispatch(call: Call, method: str) -> None:
    """Do what is asked, if the client may ask for it."""
    row = METHODS.get(method)
    if method == "connect":
        call.refuse("connect is only valid as the first request")
    elif row is None or method not in call.profile.methods:
        call.refuse(f"unknown method: {method}")
    elif not call.client.may(row.scope):
        _refuse_scope(call, row.scope)
    else:
        row.handle(call)


def _refuse_scope(call: Call, scope: str) -> None:
    if not call.profile.explains_scopes:
        call.refuse(f"missing scope: {scope}")
        return
    details = {"code": "MISSING_SCOPE", "missingScope": scope, "requiredScopes": [scope]}
    call.refuse(f"missing scope: {scope}", "FORBIDDEN", details=details)


def _agent(call: Call) -> None:
    params, runs = call.params, call.runs
    wrong = agent_params.fault(params, call.profile, call.context.agents)
    if wrong:
        call.refuse(wrong)
    elif params["idempotencyKey"] in runs.by_id:
        _repeat(call, runs.by_id[params["idempotencyKey"]])
    elif params["idempotencyKey"] in runs.pending:
        call.answer(runId=params["idempotencyKey"], status="accepted", acceptedAt=now_ms())
    else:
        request = RunRequest(
            asker=call.client,
            request_id=call.request_id,
            run_id=params["idempotencyKey"],
            message=params["message"],
            timeout=agent_params.time_limit(params),
        )
        runs.take(request, params)


def _repeat(call: Call, run: Run) -> None:
    """Answer a repeated request: with how the run ended, or that it goes on."""
    if run.ending:
        call.client.respond(call.request_id, run.ending.payload, run.ending.error)
    elif call.profile.says_in_flight:
        call.answer(runId=run.run_id, status="in_flight", **run.session.names)
    else:
        call.answer(runId=run.run_id, status="accepted", acceptedAt=now_ms())


def _wait(call: Call) -> None:
    run_id = str(call.params.get("runId"))
    timeout = call.params.get("timeoutMs", 30_000) / 1000
    timer = call.context.services.scheduler.after(timeout, lambda: answer({"status": "timeout"}))
    waiting = [True]

    def answer(outcome: Json) -> None:
        if waiting:
            waiting.clear()
            timer.cancel()
            call.answer(runId=run_id, **outcome)

    call.runs.wait(run_id, answer)


def _abort_chat(call: Call) -> None:
    """Stop runs, or none, and say ok in both cases."""
    run_id = call.params.get("runId")
    runs = call.runs.stop(call.key, run_id) if call.profile.chat_abort_stops else []
    call.answer(ok=True, aborted=bool(runs), runIds=runs)


def _abort_session(call: Call) -> None:
    runs = call.runs.stop(call.key or None, call.params.get("runId"))
    status = "aborted" if runs else "no-active-run"
    call.answer(ok=True, abortedRunId=runs[0] if runs else None, status=status)


def _delete(call: Call) -> None:
    """Delete a session, which stops its runs."""
    call.runs.stop(call.key, None)
    deleted = call.store.delete(call.key)
    call.answer(ok=True, key=call.key, deleted=deleted, archived=[])


def _patch(call: Call) -> None:
    session = call.store.open(call.key, agent_params.agent_of(call.params, call.key))
    settings = {name: value for name, value in call.params.items() if name != "key"}
    session.settings.update(settings)
    call.answer(ok=True, key=session.key, entry={"sessionId": session.session_id, **settings})


def _history(call: Call) -> None:
    """Return the messages of a session, or those after a place in it."""
    session = call.store.sessions.get(call.key)
    profile, messages = call.profile, session.messages if session else []
    strange = [name for name in ("cursor", "maxChars") if name in call.params and not profile.history_cursor]
    if strange:
        call.refuse(f"invalid chat.history params: at root: unexpected property '{strange[0]}'")
        return
    running = call.runs.in_flight(session) if session and profile.history_cursor else None
    more: Json = {"deltaCursor": f"{len(messages)}"} if profile.history_cursor else {}
    more |= {"inFlightRun": {"runId": running.run_id, "text": ""}} if running else {}
    if "cursor" in call.params:
        later = messages[int(call.params["cursor"]) :]
        call.answer(kind="delta", messages=_rows(later, profile), **more)
        return
    kept = messages[-int(call.params.get("limit", 200)) :]
    head = {"sessionKey": call.key, "sessionId": session.session_id if session else None}
    call.answer(**head, messages=_rows(kept, profile), **more)


def _rows(messages: list[Json], profile: Profile) -> list[Json]:
    """Return messages as the gateway lists them: the text before a tool may have a row of its own."""
    return [row for message in messages for row in _row(message)] if profile.history_splits else messages


def _row(message: Json) -> list[Json]:
    blocks = message["content"] if message["role"] == "assistant" else []
    said = [block for block in blocks if block["type"] == "text"]
    if not said or message.get("stopReason") != "toolUse":
        return [message]
    head = {name: message[name] for name in ("role", "timestamp", "__openclaw")}
    rest = [block for block in blocks if block["type"] != "text"]
    return [{**head, "content": said}, {**message, "content": rest}]


def _sessions(call: Call) -> None:
    rows = [{"key": session.key, "sessionId": session.session_id} for session in call.store.sessions.values()]
    call.answer(sessions=rows, count=len(rows))


def _subscribe(call: Call) -> None:
    call.client.subscribed.add(call.key)
    call.answer(subscribed=True, key=call.key)


def _unsubscribe(call: Call) -> None:
    call.client.subscribed.discard(call.key)
    call.answer(subscribed=False, key=call.key)


def _subscribe_all(call: Call) -> None:
    call.client.all_sessions = True
    call.answer(subscribed=True)


def _health(call: Call) -> None:
    call.answer(**health(call.profile, call.context.agents))


@dataclass(frozen=True, slots=True)
class _Row:
    """What a method does, and who may call it."""

    handle: Callable[[Call], None]
    scope: str


METHODS = {
    "health": _Row(_health, READ),
    "agent": _Row(_agent, WRITE),
    "agent.wait": _Row(_wait, WRITE),
    "chat.history": _Row(_history, READ),
    "chat.abort": _Row(_abort_chat, WRITE),
    "sessions.list": _Row(_sessions, READ),
    "sessions.patch": _Row(_patch, ADMIN),
    "sessions.delete": _Row(_delete, ADMIN),
    "sessions.abort": _Row(_abort_session, WRITE),
    "sessions.subscribe": _Row(_subscribe_all, READ),
    "sessions.messages.subscribe": _Row(_subscribe, READ),
    "sessions.messages.unsubscribe": _Row(_unsubscribe, READ),
}


def offered(profile: Profile) -> list[str]:
    """Return the methods that a gateway has."""
    return [name for name in METHODS if name in profile.methods]
