"""Tell the gateway what a session must know before its first run."""

from collections.abc import Mapping
from typing import Any

from propactor.adapters.openclaw import requests
from propactor.adapters.openclaw.capabilities import ADMIN, Hello
from propactor.adapters.openclaw.dispatcher import Ignored
from propactor.adapters.openclaw.link import Link
from propactor.core.errors import PropactorError
from propactor.core.events import Progress
from propactor.core.upstream import Emit

_REFUSED = "the gateway refused the session's events"


async def prepare(link: Link, hello: Hello, *, key: str, model: str | None, timeout: float) -> str | None:
    """Set the session's model and, on protocol 3, the level that shows tools; return what is missing."""
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


class Subscription(Ignored):
    """Waits for the word that a session's events will come."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit

    def answer(self, frame: Mapping[str, Any]) -> bool:
        """Tell the reader if they won't: a gateway that scopes events then sends none."""
        if not frame.get("ok"):
            self._emit(Progress("degraded", reason=_REFUSED, source="gateway"))
        return True
