"""The OpenClaw gateway as a source of generations."""

from propactor.adapters.openclaw import protocol
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
        known = (
            {"protocol": hello.protocol, "version": hello.version, "transcript": hello.transcript}
            if hello
            else {}
        )
        return {"state": self.link.state, **known}

    def begin(self, request: GenerationRequest, emit: Emit) -> OpenClawRun:
        """Make a run. Asks nothing of the gateway yet."""
        return OpenClawRun(self.link, request, emit, self._terms)

    def session_key(self, request: GenerationRequest) -> str | None:
        """Name the session of a request: its own, used once."""
        return protocol.session_key(self._terms.agent_id, request.job_id)
