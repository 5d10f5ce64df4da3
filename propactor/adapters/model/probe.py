"""Asks a model's own API once which models it has, and reports what it will and won't stream."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from propactor.adapters.model.dialects import DIALECTS
from propactor.adapters.model.options import Options
from propactor.adapters.model.upstream import ModelUpstream
from propactor.core.errors import PropactorError
from propactor.core.upstream import Finding, ProbeReport, Trouble
from propactor.settings.tables import Model

_SHOWN = 8
"""Names of models in a remedy; some APIs list hundreds."""


async def probe(options: Options, *, timeout: float) -> ProbeReport:
    """Ask for the list of models, and hang up.

    Args:
        options: How the model will be asked.
        timeout: Seconds to wait for the list.
    """
    upstream = ModelUpstream(
        replace(options, timeouts=options.timeouts.model_copy(update={"accept": timeout}))
    )
    facts = upstream.describe()
    lines = {"model": "{model} at {url}, over the {api} API".format_map(facts)}
    try:
        names = await upstream.models()
    except PropactorError as exc:
        return ProbeReport(facts, lines, trouble=Trouble(exc.code, exc.message))
    finally:
        await upstream.close()
    return ProbeReport(facts, lines, tuple(findings(options.model, names)))


def findings(model: Model, names: Sequence[str]) -> Iterator[Finding]:
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
