"""The two APIs as a table: which library speaks them, how they are asked, how their answers are read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from propactor.adapters.model import completions, messages
from propactor.adapters.model.options import Api, Options
from propactor.adapters.model.stream_decoder import StreamDecoder
from propactor.core.upstream import SHARE
from propactor.settings.tables import Model

NO_KEY = "none"
"""What is sent where no key is set: the libraries would look for one in the environment, meant for others."""
ANTHROPIC = "https://api.anthropic.com"


@dataclass(frozen=True, slots=True)
class Dialect:
    """One API. ``features`` may be added to a request, best first; ``thoughts`` says when there are some."""

    library: str
    open: Callable[[Any, Options], Any]
    ask: Callable[[Any], Callable[..., Any]]
    body: Callable[[str, str, Model], dict[str, Any]]
    features: Callable[[Model], tuple[Mapping[str, Any], ...]]
    decoder: Callable[[str], StreamDecoder]
    thoughts: str


def _openai(library: Any, options: Options) -> Any:
    return library.AsyncOpenAI(base_url=options.model.base_url, **_common(library, options))


def _anthropic(library: Any, options: Options) -> Any:
    """Make a client. The library adds the version to the address itself."""
    url = options.model.base_url.rstrip("/").removesuffix("/v1") or ANTHROPIC
    return library.AsyncAnthropic(base_url=url, **_common(library, options))


def _common(library: Any, options: Options) -> dict[str, Any]:
    """Return what both are told: to try once, and to leave all time limits but one to us."""
    timeout = library.Timeout(None, connect=options.timeouts.accept * SHARE)
    return {"api_key": options.api_key or NO_KEY, "max_retries": 0, "timeout": timeout}


DIALECTS: dict[Api, Dialect] = {
    "openai": Dialect(
        library="openai",
        open=_openai,
        ask=lambda client: client.chat.completions.with_streaming_response.create,
        body=completions.body,
        features=completions.features,
        decoder=completions.Completions,
        thoughts="where the server sends its reasoning",
    ),
    "anthropic": Dialect(
        library="anthropic",
        open=_anthropic,
        ask=lambda client: client.messages.with_streaming_response.create,
        body=messages.body,
        features=messages.features,
        decoder=messages.Messages,
        thoughts="summed up by the API, where the model thinks",
    ),
}
