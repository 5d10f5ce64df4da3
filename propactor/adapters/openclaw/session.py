"""One session at the gateway: what is set before a run, and how a run in it is stopped."""

from collections.abc import Mapping
from typing import Any

from propactor.adapters.openclaw.connection.dispatcher import IgnoredResponse
from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.protocol import requests
from propactor.adapters.openclaw.protocol.capabilities import ADMIN, Hello
from propactor.core.errors import PropactorError
from propactor.core.events import Progress
from propactor.core.upstream import Emit

_REFUSED = "the gateway refused the session's events"


async def prepare(link: Link, hello: Hello, *, key: str, model: str | None, timeout: float) -> str | None:
    """Set the session's model and, on protocol 3, the level that shows tools.

    Returns:
        Why readers will miss something, or None.

    Args:
        link: The connection to the gateway.
        hello: What the gateway said of itself.
        key: The session, which is made if there is none.
        model: The model, or None for the agent's own.
        timeout: Seconds to wait for the answer.
    """
    wishes = {"verboseLevel": "full"} if hello.protocol_3 else {}
    if model is not None:
        wishes["model"] = model
    if not wishes:
        return None
    missing = f"the gateway did not take {', '.join(wishes)} for this session"
    if not hello.grants(ADMIN):
        return f"{missing}: that needs the scope {ADMIN}"
    try:
        await link.call("sessions.patch", requests.session_patch(key, wishes), timeout=timeout)
    except PropactorError as exc:
        return f"{missing}: {exc.message}"
    return None


class Subscription(IgnoredResponse):
    """Waits for the response to a subscription.

    Args:
        emit: Called with a notice if the session's events won't come.
    """

    def __init__(self, emit: Emit) -> None:
        self._emit = emit

    def answer(self, frame: Mapping[str, Any]) -> bool:
        """Take the response. After a refusal a gateway that scopes events sends none."""
        if not frame.get("ok"):
            self._emit(Progress("degraded", reason=_REFUSED, source="gateway"))
        return True


async def stop(link: Link, hello: Hello, *, key: str, run_id: str, delete: bool, timeout: float) -> bool:
    """Stop a run; return True only if the gateway says that it did. Never raises.

    Gateways of protocol 3 answer ``chat.abort`` with ``ok`` and let the run go on: nothing but deleting its
    session stops it, which is no loss where the session is the run's own.

    Args:
        link: The connection to the gateway.
        hello: What the gateway said of itself.
        key: The session of the run.
        run_id: The run.
        delete: True if its session may be deleted.
        timeout: Seconds to wait for each answer.
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
    """Send a request; return an empty answer where it fails."""
    try:
        return await link.call(method, params, timeout=timeout)
    except PropactorError:
        return {}
