"""Stop a run at the gateway, by what this gateway really supports, and read its answer."""

from collections.abc import Mapping
from typing import Any

from propactor.adapters.openclaw import requests
from propactor.adapters.openclaw.capabilities import ADMIN, Hello
from propactor.adapters.openclaw.link import Link
from propactor.core.errors import PropactorError


async def stop(link: Link, hello: Hello, *, key: str, run_id: str, delete: bool, timeout: float) -> bool:
    """Stop a run; return True only if the gateway says that it did. Never raises.

    Gateways of protocol 3 answer ``chat.abort`` with ``ok`` and let the run go on: nothing but deleting its
    session stops it, which is no loss where the session is the run's own.
    """
    if not hello.protocol_3:
        return await _abort_chat(link, key, run_id, timeout) or (
            hello.aborts and await _abort_session(link, key, run_id, timeout)
        )
    if delete and hello.grants(ADMIN) and hello.offers("sessions.delete"):
        answer = await _ask(link, "sessions.delete", requests.session_delete(key), timeout)
        return bool(answer.get("deleted"))
    return False


async def _abort_chat(link: Link, key: str, run_id: str, timeout: float) -> bool:
    answer = await _ask(link, "chat.abort", requests.chat_abort(key, run_id), timeout)
    return bool(answer.get("aborted")) and run_id in (answer.get("runIds") or ())


async def _abort_session(link: Link, key: str, run_id: str, timeout: float) -> bool:
    answer = await _ask(link, "sessions.abort", requests.session_abort(key, run_id), timeout)
    return answer.get("status") == "aborted" and answer.get("abortedRunId") == run_id


async def _ask(link: Link, method: str, params: Mapping[str, Any], timeout: float) -> Mapping[str, Any]:
    """Call, and take a failure for an empty answer."""
    try:
        return await link.call(method, params, timeout=timeout)
    except PropactorError:
        return {}
