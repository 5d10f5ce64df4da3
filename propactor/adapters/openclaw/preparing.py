"""Tell the gateway what a session must know before its first run."""

from propactor.adapters.openclaw import protocol
from propactor.adapters.openclaw.hello import ADMIN, Hello
from propactor.adapters.openclaw.link import Link
from propactor.core.errors import PropactorError


async def prepare(link: Link, hello: Hello, *, key: str, model: str | None, patience: float) -> str | None:
    """Set the session's model and, on protocol 3, the level that shows tools; return what is missing."""
    wishes = {"verboseLevel": "full"} if hello.february else {}
    if model is not None:
        wishes["model"] = model
    if not wishes:
        return None
    missing = f"the gateway did not take {', '.join(wishes)} for this session"
    if not hello.grants(ADMIN):
        return f"{missing}: that needs the scope {ADMIN}"
    try:
        await link.call("sessions.patch", protocol.session_patch(key, wishes), patience=patience)
    except PropactorError as exc:
        return f"{missing}: {exc.message}"
    return None
