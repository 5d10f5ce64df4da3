"""The configured upstreams: which of them a request asks, in which order, and whether one could answer."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from propactor.core.errors import GatewayUnavailable, PropactorError, UpstreamFault
from propactor.core.upstream import GenerationRequest, Upstream
from propactor.settings import Settings

TEMPLATE = "template"
"""The upstream that stands in for the others, and answers requests that want no AI."""


class Service(Protocol):
    """Something that lives as long as the application, such as the connection to the gateway."""

    def start(self) -> None:
        """Begin, without waiting."""
        ...

    async def close(self) -> None:
        """End, and wait until it has."""
        ...


class Upstreams:
    """Chooses the upstreams for a request among those that are configured.

    Args:
        settings: Say the order, and whether the template may stand in.
        by_name: The configured upstreams. The template is always among them.
        services: What is started and closed with the application.
        order: Names to use instead of those in the settings.
        labels: What people call each upstream; one without a label goes by its name.
    """

    def __init__(
        self,
        settings: Settings,
        by_name: Mapping[str, Upstream],
        services: Sequence[Service] = (),
        *,
        order: Sequence[str] = (),
        labels: Mapping[str, str] | None = None,
    ) -> None:
        self.by_name = by_name
        self.services = services
        self._labels = labels or {}
        self._order = _order(order or settings.upstream.order, by_name, stand_in=settings.fallback.template)

    @property
    def first(self) -> str:
        """Return the name of the upstream that is asked first."""
        return self._order[0]

    @property
    def first_label(self) -> str:
        """Return what people call the upstream that is asked first."""
        return self._labels.get(self.first, self.first)

    @property
    def serving(self) -> bool:
        """Return True if a request for AI could be served now, if only by the template."""
        return any(self.by_name[name].problem() is None for name in self._order)

    def session_key(self, request: GenerationRequest) -> str | None:
        """Return the name of the session that the first upstream will use for this request."""
        return self._asked(request)[0].session_key(request)

    def describe(self) -> list[dict[str, object]]:
        """Return what is known of each upstream: its problem, if any, and what it can do."""
        return [_describe(name, upstream) for name, upstream in self.by_name.items()]

    def choose(self, request: GenerationRequest) -> list[Upstream]:
        """Return the upstreams to ask, in order.

        Raises:
            PropactorError: each of them is known to be down.
        """
        asked = self._asked(request)
        problems = [upstream.problem() for upstream in asked]
        if all(problems):
            raise _as_error(problems[0])
        return asked

    def _asked(self, request: GenerationRequest) -> list[Upstream]:
        names = self._order if request.use_ai else [TEMPLATE]
        return [self.by_name[name] for name in names]


def _order(wanted: Iterable[str], configured: Mapping[str, Upstream], *, stand_in: bool) -> list[str]:
    """Return the names of the upstreams that a request asks, in order.

    The template has the place that ``wanted`` gives it, or else the last. Where it may not stand in for the
    others it is left out, unless it is first: then it stands in for nobody.
    """
    names = [name for name in wanted if name in configured]
    if TEMPLATE not in names:
        names.append(TEMPLATE)
    return names if stand_in or names[0] == TEMPLATE else [name for name in names if name != TEMPLATE]


def _as_error(problem: Exception | None) -> PropactorError:
    return problem if isinstance(problem, UpstreamFault) else GatewayUnavailable(str(problem))


def _describe(name: str, upstream: Upstream) -> dict[str, object]:
    problem, describe = upstream.problem(), getattr(upstream, "describe", dict)
    return {"name": name, "problem": str(problem) if problem else None, **describe()}
