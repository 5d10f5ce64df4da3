"""The OpenClaw gateway as an upstream."""

from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.merge_events import Switched, ignore_switch
from propactor.adapters.openclaw.options import Options
from propactor.adapters.openclaw.protocol import capabilities, requests
from propactor.adapters.openclaw.protocol.capabilities import ADMIN, Hello
from propactor.adapters.openclaw.run import OpenClawRun
from propactor.adapters.openclaw.session_history import Library, Open, Transcripts
from propactor.core.errors import PropactorError
from propactor.core.events import Source
from propactor.core.upstream import Emit, GenerationRequest


class OpenClawUpstream:
    """Begins runs over a link that somebody else starts and closes.

    Args:
        link: The connection to the gateway.
        options: How runs are asked for, and how long to wait for what.
        library: Opens the transcripts under a state directory; without it no files are read.
        switched: Called when another source tells a run, with the source before and the one from then on.
    """

    name = "openclaw"
    source: Source = "gateway"

    def __init__(
        self,
        link: Link,
        options: Options | None = None,
        *,
        library: Library | None = None,
        switched: Switched = ignore_switch,
    ) -> None:
        self.link = link
        self.options = options or Options()
        self._library, self._switched = library, switched
        self._opened: dict[str, Transcripts] = {}
        self.files: Open = self.transcripts
        """Finds the transcripts for each run; a recording wraps it."""

    def problem(self) -> PropactorError | None:
        """Return why the gateway can't take a generation now, or None when it can."""
        return self.link.problem()

    def describe(self) -> dict[str, object]:
        """Return the link's state and what the gateway says of itself, for operators."""
        hello = self.link.hello
        if hello is None:
            return {"state": self.link.state}
        files = self.transcripts(hello) is not None
        return {"state": self.link.state, **describe_gateway(hello, files=files), **self._trouble(hello)}

    def transcripts(self, hello: Hello) -> Transcripts | None:
        """Return the transcripts of the gateway that said hello, if they have more than its events have."""
        found = self._open(hello)
        return found if found is not None and found.problem() is None else None

    def _open(self, hello: Hello) -> Transcripts | None:
        """Open the state directory that is set, else the one that the gateway names."""
        place = self.options.gateway.state_dir or hello.state_dir
        if self._library is None or not place or not capabilities.reads_files(hello):
            return None
        if place not in self._opened:
            self._opened[place] = self._library(place)
        return self._opened[place]

    def _trouble(self, hello: Hello) -> dict[str, object]:
        """Return why the state directory that is set can't be read."""
        found = self._open(hello) if self.options.gateway.state_dir else None
        problem = found.problem() if found is not None else None
        return {"transcriptProblem": str(problem)} if problem is not None else {}

    def begin(self, request: GenerationRequest, emit: Emit) -> OpenClawRun:
        """Make a run; nothing is sent yet."""
        return OpenClawRun(
            self.link, request, emit, self.options, transcripts=self.files, switched=self._switched
        )

    def session_key(self, request: GenerationRequest) -> str | None:
        """Name the session of a request: its own, used once."""
        return requests.session_key(self.options.gateway.agent_id, request.job_id)


def describe_gateway(hello: Hello, *, files: bool) -> dict[str, object]:
    """Return what a gateway is and what it streams; ``files`` if its transcripts are read."""
    return {
        "protocol": hello.protocol,
        "version": hello.version,
        "scopes": sorted(hello.scopes) if hello.scopes is not None else None,
        "transcript": hello.transcript,
        "streams": {
            "text": True,
            "tools": hello.grants(ADMIN) or not hello.protocol_3,
            "thinking": files or not hello.protocol_3,
        },
        "sources": {
            "thinking": capabilities.thoughts_from(hello, files=files),
            "missed": capabilities.missed_from(hello, files=files),
        },
        "stops": "run" if hello.aborts else "session",
    }
