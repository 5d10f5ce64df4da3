"""The OpenClaw gateway as a source of generations."""

from propactor.adapters.openclaw import protocol
from propactor.adapters.openclaw.hello import ADMIN, Hello
from propactor.adapters.openclaw.link import Link
from propactor.adapters.openclaw.run import OpenClawRun, Terms
from propactor.core.errors import PropactorError
from propactor.core.events import Source
from propactor.core.upstream import Emit, GenerationRequest


class OpenClawUpstream:
    """Begin runs over a link that somebody else starts and closes."""

    name = "openclaw"
    source: Source = "gateway"

    def __init__(self, link: Link, terms: Terms | None = None) -> None:
        self.link = link
        self._terms = terms or Terms()

    def problem(self) -> PropactorError | None:
        """Return why the gateway can't take a generation now, or None when it can."""
        return self.link.problem()

    def describe(self) -> dict[str, object]:
        """Return what an operator may want to know: the link's state, and what the gateway says of itself."""
        hello = self.link.hello
        return {"state": self.link.state, **(_told(hello) if hello else {})}

    def begin(self, request: GenerationRequest, emit: Emit) -> OpenClawRun:
        """Make a run. Asks nothing of the gateway yet."""
        return OpenClawRun(self.link, request, emit, self._terms)

    def session_key(self, request: GenerationRequest) -> str | None:
        """Name the session of a request: its own, used once."""
        return protocol.session_key(self._terms.agent_id, request.job_id)


def _told(hello: Hello) -> dict[str, object]:
    """Say what a gateway is and what it streams."""
    return {
        "protocol": hello.protocol,
        "version": hello.version,
        "scopes": sorted(hello.scopes) if hello.scopes is not None else None,
        "transcript": hello.transcript,
        "streams": {
            "text": True,
            "tools": hello.grants(ADMIN) or not hello.february,
            "thinking": not hello.february,
        },
        "stops": "run" if hello.aborts else "session",
    }
