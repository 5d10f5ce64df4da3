"""Which upstreams there are, and which of them a request asks, in which order."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

from propactor.adapters.model.options import Options as ModelOptions
from propactor.adapters.model.upstream import ModelUpstream
from propactor.adapters.openclaw.connection.dispatcher import Counters
from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.connection.link_status import LINK
from propactor.adapters.openclaw.options import Options
from propactor.adapters.openclaw.upstream import OpenClawUpstream
from propactor.adapters.template import TemplateUpstream
from propactor.adapters.transcript import Transcripts
from propactor.core.errors import GatewayUnavailable, PropactorError, UpstreamFault
from propactor.core.upstream import GenerationRequest, Upstream
from propactor.metrics import Metrics
from propactor.settings import Settings

LINK_COUNTERS = {
    "connections": "Connections to the gateway made; all but the first are reconnects.",
    "losses": "Connections to the gateway lost.",
    "frames": "Frames received from the gateway.",
    "skipped": "Frames of no use to us, left unread.",
    "bad_frames": "Frames that weren't JSON.",
    "bytes": "Bytes received on connections that have ended.",
    "defects": "Frames that a run of ours failed to take.",
}


class Service(Protocol):
    """Something that lives as long as the application, such as the connection to the gateway."""

    def start(self) -> None:
        """Begin, without waiting."""
        ...

    async def close(self) -> None:
        """End, and wait until it has."""
        ...


class Upstreams:
    """The configured upstreams by name; the template is always among them."""

    def __init__(
        self,
        settings: Settings,
        by_name: dict[str, Upstream],
        services: Sequence[Service] = (),
        order: Sequence[str] = (),
    ) -> None:
        self.by_name = by_name
        self.services = services
        wanted = order or settings.upstream.order
        self._order = [name for name in wanted if name in by_name and name != "template"]
        self._template = by_name["template"]
        self._fall_back = settings.fallback.template

    def session_key(self, request: GenerationRequest) -> str | None:
        """Return the name of the session that the first upstream will use for this request."""
        return self.by_name[self._order[0]].session_key(request) if self._order else None

    @property
    def first(self) -> str:
        """Return the name of the upstream that is asked first."""
        return (*self._order, "template")[0]

    @property
    def serving(self) -> bool:
        """Tell whether a request for AI could be served now, if only by the template."""
        models = [self.by_name[name] for name in self._order]
        return self._fall_back or not models or any(model.problem() is None for model in models)

    def describe(self) -> list[dict[str, object]]:
        """Return what is known of each upstream: its problem, if any, and what it can do."""
        return [_describe(name, upstream) for name, upstream in self.by_name.items()]

    def choose(self, request: GenerationRequest) -> list[Upstream]:
        """Return the upstreams to ask, in order: models first, the template last where it may stand in.

        Raises:
            PropactorError: every model is known to be down, and the template may not stand in.
        """
        models = [self.by_name[name] for name in self._order]
        if not request.use_ai or not models:
            return [self._template]
        if self._fall_back:
            return [*models, self._template]
        problems = [upstream.problem() for upstream in models]
        if all(problems):
            raise _as_error(problems[0])
        return models


def _as_error(problem: Exception | None) -> PropactorError:
    return problem if isinstance(problem, UpstreamFault) else GatewayUnavailable(str(problem))


def _describe(name: str, upstream: Upstream) -> dict[str, object]:
    problem, describe = upstream.problem(), getattr(upstream, "describe", dict)
    return {"name": name, "problem": str(problem) if problem else None, **describe()}


def configured(settings: Settings, metrics: Metrics) -> Upstreams:
    """Build the upstreams that the settings name; needs a running event loop."""
    by_name: dict[str, Upstream] = {"template": TemplateUpstream()}
    services: list[Service] = []
    if settings.gateway.url:
        link = Link(url=settings.gateway.url, token=settings.gateway.token.get_secret_value())
        by_name["openclaw"] = OpenClawUpstream(
            link,
            Options(settings.gateway, settings.timeouts, settings.upstream),
            library=_library,
            switched=metrics.switched,
        )
        services.append(link)
        _watch(link, metrics)
    if (options := model_options(settings)).known:
        by_name["model"] = model = ModelUpstream(options)
        services.append(model)
    return Upstreams(settings, by_name, services)


def _library(state_dir: str) -> Transcripts:
    """Open the transcripts under a gateway's state directory."""
    return Transcripts(Path(state_dir))


def model_options(settings: Settings) -> ModelOptions:
    """Return how the settings want a model's own API to be asked."""
    return ModelOptions(settings.model, settings.timeouts)


def _watch(link: Link, metrics: Metrics) -> None:
    """Let scrapes read the state of the link and what it has counted."""
    counters = link.counters
    metrics.read_when_scraped(
        "propactor_gateway_link_state",
        "1 for the state the link is in.",
        lambda: {state: float(state == link.state) for state in LINK.states},
        label="state",
    )
    for name, text in LINK_COUNTERS.items():
        metrics.read_when_scraped(
            f"propactor_gateway_{name}", text, partial(_count, counters, name), kind="counter"
        )


def _count(counters: Counters, name: str) -> dict[str, float]:
    return {"": float(getattr(counters, name))}
