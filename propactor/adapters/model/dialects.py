"""The two APIs as a table: which library speaks them, how they are asked, how their answers are read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from propactor.adapters.model import completions, messages
from propactor.adapters.model.listening import Listener
from propactor.adapters.model.terms import Api, Terms
from propactor.core.upstream import SHARE

NO_KEY = "none"
"""What is sent where no key is set: the libraries would look for one in the environment, meant for others."""
ANTHROPIC = "https://api.anthropic.com"


@dataclass(frozen=True, slots=True)
class Dialect:
    """One API. ``wishes`` may be added to a request, best first; ``thoughts`` says when there are some."""

    library: str
    open: Callable[[Any, Terms], Any]
    ask: Callable[[Any], Callable[..., Any]]
    body: Callable[[str, str, Terms], dict[str, Any]]
    wishes: Callable[[Terms], tuple[Mapping[str, Any], ...]]
    listener: Callable[[str], Listener]
    thoughts: str


def _openai(library: Any, terms: Terms) -> Any:
    return library.AsyncOpenAI(base_url=terms.base_url, **_common(library, terms))


def _anthropic(library: Any, terms: Terms) -> Any:
    """Make a client. The library adds the version to the address itself."""
    url = terms.base_url.rstrip("/").removesuffix("/v1") or ANTHROPIC
    return library.AsyncAnthropic(base_url=url, **_common(library, terms))


def _common(library: Any, terms: Terms) -> dict[str, Any]:
    """Return what both are told: to try once, and to leave all time limits but one to us."""
    timeout = library.Timeout(None, connect=terms.accept * SHARE)
    return {"api_key": terms.api_key or NO_KEY, "max_retries": 0, "timeout": timeout}


DIALECTS: dict[Api, Dialect] = {
    "openai": Dialect(
        library="openai",
        open=_openai,
        ask=lambda client: client.chat.completions.with_streaming_response.create,
        body=completions.body,
        wishes=completions.wishes,
        listener=completions.Completions,
        thoughts="where the server sends its reasoning",
    ),
    "anthropic": Dialect(
        library="anthropic",
        open=_anthropic,
        ask=lambda client: client.messages.with_streaming_response.create,
        body=messages.body,
        wishes=messages.wishes,
        listener=messages.Messages,
        thoughts="summed up by the API, where the model thinks",
    ),
}
