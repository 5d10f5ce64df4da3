"""The registry of upstreams: one row for each.

Nothing else names upstreams one by one. A new one is a folder under ``adapters`` and a row in ``ROWS``: from
the row follow its place in ``[upstream] order``, /models and /readyz, its labels in the metrics, what
``propactor check`` finds, and what ``record`` and ``replay`` make of it.
"""

import difflib
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from propactor.actors.upstreams import TEMPLATE, Service, Upstreams
from propactor.adapters.model import probe as model_probe
from propactor.adapters.model.options import Options as ModelOptions
from propactor.adapters.model.recording import replay as model_replay
from propactor.adapters.model.recording import scrub as model_scrub
from propactor.adapters.model.recording import tap as model_tap
from propactor.adapters.model.upstream import ModelUpstream
from propactor.adapters.openclaw import probe as openclaw_probe
from propactor.adapters.openclaw.connection.link import Link
from propactor.adapters.openclaw.connection.link_status import LINK
from propactor.adapters.openclaw.options import Options
from propactor.adapters.openclaw.recording import replay as openclaw_replay
from propactor.adapters.openclaw.recording import scrub as openclaw_scrub
from propactor.adapters.openclaw.recording import tap as openclaw_tap
from propactor.adapters.openclaw.upstream import OpenClawUpstream
from propactor.adapters.template import TemplateUpstream
from propactor.adapters.transcript import Transcripts
from propactor.core.events import Source
from propactor.core.recording import Frame, FrameClock, Recording, Tape
from propactor.core.upstream import Emit, GenerationRequest, ProbeReport, Run, Upstream
from propactor.metrics import Metrics
from propactor.metrics.gateway_link import watch_link
from propactor.redaction.records import Scrub
from propactor.settings import Settings, SettingsError


class Built(NamedTuple):
    """An upstream, and what must be started and closed for it, if anything."""

    upstream: Upstream
    service: Service | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """How what an upstream says is recorded, and how a recording of it is played.

    Args:
        tap: Has an upstream write all that it is asked and says to a tape. It isn't started yet.
        clean: Returns what is known of the upstream, and the frames of its last generation, without what is
            private; ``Scrub`` takes out what only this machine knows to be private.
        open: Returns a recording that can be played, or raises ``BadRecording``.
        play: Makes a run that plays a recording which was opened.
    """

    tap: Callable[[Any, Tape], None]  # each takes upstreams of its own class only
    clean: Callable[[Iterable[Frame], Scrub], tuple[dict[str, Any], list[Frame]]]
    open: Callable[[Recording], Recording]
    play: Callable[[Recording, GenerationRequest, Emit, FrameClock], Run]


@dataclass(frozen=True, slots=True)
class Row:
    """What the service asks of an upstream beside generations.

    Args:
        name: What `[upstream] order`, /readyz and the headers of recordings call it.
        sources: What its events may name as their ``source``, and so the values of that label in the metrics.
        label: What people call it, in /models.
        is_configured: Returns True where the settings say enough to ask it.
        build: Makes it; needs a running event loop.
        setting: The table and the key that say where it is; None for one that is always there.
        probe: Looks at it once, for at most so many seconds; None where there is nothing to look at.
        recorded: How it is recorded and played again; None where that makes no sense.
    """

    name: str
    sources: tuple[Source, ...]
    label: str
    is_configured: Callable[[Settings], bool]
    build: Callable[[Settings, Metrics], Built]
    setting: tuple[str, str] | None = None
    probe: Callable[[Settings, float], Coroutine[None, None, ProbeReport]] | None = None
    recorded: Recorded | None = None

    @property
    def kind(self) -> Source:
        """Return what kind of thing it is, in a word: the first of its sources."""
        return self.sources[0]


def configured(settings: Settings, metrics: Metrics) -> Upstreams:
    """Build the upstreams that the settings configure; needs a running event loop.

    Raises:
        SettingsError: the order names an upstream that doesn't exist.
    """
    check_order(settings)
    built = {row.name: row.build(settings, metrics) for row in ROWS.values() if row.is_configured(settings)}
    by_name = {name: one.upstream for name, one in built.items()}
    services = [one.service for one in built.values() if one.service is not None]
    labels = {row.name: row.label for row in ROWS.values()}
    return Upstreams(settings, by_name, services, labels=labels)


def check_order(settings: Settings) -> None:
    """Check the names in `[upstream] order`.

    The settings can't do that themselves: rows need them, so they don't know the rows.

    Raises:
        SettingsError: there is no such upstream.
    """
    for name in settings.upstream.order:
        if name not in ROWS:
            near = difflib.get_close_matches(name, ROWS, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else "."
            known = f"Known are {', '.join(ROWS)}."
            raise SettingsError(f"[upstream.order] there is no upstream {name!r}{hint} {known}")


def sources() -> list[str]:
    """Return what events may name as their source, each once."""
    return list(dict.fromkeys(source for row in ROWS.values() for source in row.sources))


def find_recorded(name: str) -> Recorded | None:
    """Return how an upstream is recorded and played, None if it isn't or if there is no such upstream."""
    row = ROWS.get(name)
    return row.recorded if row is not None else None


def _build_openclaw(settings: Settings, metrics: Metrics) -> Built:
    link = Link(url=settings.gateway.url, token=settings.gateway.token.get_secret_value())
    watch_link(metrics, LINK.states, lambda: link.state, link.counters)
    options = Options(settings.gateway, settings.timeouts, settings.upstream)
    return Built(OpenClawUpstream(link, options, library=_library, switched=metrics.upstreams.switched), link)


async def _probe_openclaw(settings: Settings, timeout: float) -> ProbeReport:
    return await openclaw_probe.probe(settings.gateway, _library, timeout=timeout)


def _library(state_dir: str) -> Transcripts:
    """Open the transcripts under a gateway's state directory."""
    return Transcripts(Path(state_dir))


def model_options(settings: Settings) -> ModelOptions:
    """Return how the settings want a model's own API to be asked."""
    return ModelOptions(settings.model, settings.timeouts)


def _build_model(settings: Settings, metrics: Metrics) -> Built:  # noqa: ARG001  the shape of a row's build
    upstream = ModelUpstream(model_options(settings))
    return Built(upstream, upstream)


async def _probe_model(settings: Settings, timeout: float) -> ProbeReport:
    return await model_probe.probe(model_options(settings), timeout=timeout)


ROWS: dict[str, Row] = {
    row.name: row
    for row in (
        Row(
            name="openclaw",
            sources=("gateway", "transcript"),
            label="The gateway's agent",
            is_configured=lambda settings: bool(settings.gateway.url),
            build=_build_openclaw,
            setting=("gateway", "url"),
            probe=_probe_openclaw,
            recorded=Recorded(
                openclaw_tap.tap, openclaw_scrub.cleaned, openclaw_replay.opened, openclaw_replay.ReplayedRun
            ),
        ),
        Row(
            name="model",
            sources=("model",),
            label="The model",
            is_configured=lambda settings: model_options(settings).known,
            build=_build_model,
            setting=("model", "base_url"),
            probe=_probe_model,
            recorded=Recorded(model_tap.tap, model_scrub.cleaned, model_replay.opened, model_replay.play),
        ),
        Row(
            name=TEMPLATE,
            sources=("template",),
            label="Template, without a model",
            is_configured=lambda _: True,
            build=lambda *_: Built(TemplateUpstream()),
        ),
    )
}
