"""Asks a model's own API once which models it has, and reports what is to be expected of it."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace

from propactor.adapters.model.dialects import DIALECTS
from propactor.adapters.model.upstream import ModelUpstream
from propactor.cli.probe import Trouble
from propactor.cli.streaming import Finding
from propactor.core.errors import PropactorError
from propactor.registry import model_options
from propactor.settings import Settings
from propactor.settings.tables import Model

_SHOWN = 8
"""Names of models in a remedy; some APIs list hundreds."""


@dataclass(frozen=True, slots=True)
class ModelProbe:
    """What is known of a model's API; ``facts`` are those that ``/readyz`` shows."""

    facts: dict[str, object]
    findings: tuple[Finding, ...] = ()
    trouble: Trouble | None = None

    def as_json(self) -> dict[str, object]:
        """Return it for programs."""
        return {
            **self.facts,
            "streams": [asdict(finding) for finding in self.findings],
            "trouble": asdict(self.trouble) if self.trouble else None,
        }


async def probe_model(settings: Settings, *, timeout: float) -> ModelProbe:
    """Ask for the list of models, and hang up."""
    options = model_options(settings)
    patient = options.timeouts.model_copy(update={"accept": timeout})
    upstream = ModelUpstream(replace(options, timeouts=patient))
    facts = upstream.describe()
    try:
        names = await upstream.models()
    except PropactorError as exc:
        return ModelProbe(facts, trouble=Trouble(exc.code, exc.message))
    finally:
        await upstream.close()
    return ModelProbe(facts, tuple(model_findings(settings.model, names)))


def model_findings(model: Model, names: Sequence[str]) -> Iterator[Finding]:
    """Yield what is to be expected, in the order a person asks."""
    yield _model(model.model, names)
    yield _thoughts(model)
    yield Finding("text and parts", "yes", "live, each piece the model sends")
    yield Finding("tools", "note", "none: the model is asked for text alone")
    yield Finding("stopping", "yes", "by hanging up, which most servers notice at once")


def _model(model: str, names: Sequence[str]) -> Finding:
    """Look for the model among those that the API lists; a tag may be left out, as with Ollama."""
    if not names:
        return Finding("model", "note", "the API lists no models, so nobody knows whether it has this one")
    if any(model in (name, name.partition(":")[0]) for name in names):
        return Finding("model", "yes", f"the API has {model}")
    more = ", …" if len(names) > _SHOWN else ""
    remedy = f"if requests fail, set [model] model to one of {', '.join(names[:_SHOWN])}{more}"
    return Finding("model", "partly", f"the API doesn't list {model}", remedy)


def _thoughts(model: Model) -> Finding:
    if model.thinking == "off":
        return Finding("thoughts", "no", "thinking is switched off", 'set [model] thinking = "default"')
    return Finding("thoughts", "yes", f"live, {DIALECTS[model.api].thoughts}")
