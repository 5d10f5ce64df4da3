"""Stop a run at the gateway, by what this gateway really supports, and read its answer."""

from collections.abc import Mapping
from typing import Any

from propactor.adapters.openclaw import protocol
from propactor.adapters.openclaw.hello import ADMIN, Hello
from propactor.adapters.openclaw.link import Link
from propactor.core.errors import PropactorError


async def stop(link: Link, hello: Hello, *, key: str, run_id: str, delete: bool, patience: float) -> bool:
    """Stop a run; return True only if the gateway says that it did. Never raises.

    Gateways of protocol 3 answer ``chat.abort`` with ``ok`` and let the run go on: nothing but deleting its
    session stops it, which is no loss where the session is the run's own.
    """
    if not hello.february:
        return await _abort_chat(link, key, run_id, patience) or (
            hello.aborts and await _abort_session(link, key, run_id, patience)
        )
    if delete and hello.grants(ADMIN) and hello.offers("sessions.delete"):
        answer = await _ask(link, "sessions.delete", protocol.session_delete(key), patience)
        return bool(answer.get("deleted"))
    return False


async def _abort_chat(link: Link, key: str, run_id: str, patience: float) -> bool:
    answer = await _ask(link, "chat.abort", protocol.chat_abort(key, run_id), patience)
    return bool(answer.get("aborted")) and run_id in (answer.get("runIds") or ())


async def _abort_session(link: Link, key: str, run_id: str, patience: float) -> bool:
    answer = await _ask(link, "sessions.abort", protocol.session_abort(key, run_id), patience)
    return answer.get("status") == "aborted" and answer.get("abortedRunId") == run_id


async def _ask(link: Link, method: str, params: Mapping[str, Any], patience: float) -> Mapping[str, Any]:
    """Call, and take a failure for an empty answer."""
    try:
        return await link.call(method, params, patience=patience)
    except PropactorError:
        return {}
