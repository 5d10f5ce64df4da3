"""How a model is asked: the shape of it, and the client libraries, which are an extra.

They are imported when they are needed: that takes a second.
"""

import importlib
import importlib.util
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from propactor.adapters.model import api_errors
from propactor.adapters.model.dialects import DIALECTS
from propactor.adapters.model.options import Options
from propactor.core.errors import GenerationTimeout, UpstreamError, UpstreamFault

_UNKNOWN_FEATURE_STATUSES = (400, 422)
_FEATURE_WORDS = ("thinking", "adaptive", "reasoning", "effort", "budget")
"""Words by which an API tells what it doesn't like about a request."""


class Response(Protocol):
    """An answer whose headers are there and whose body streams."""

    headers: Mapping[str, str]

    @property
    def is_closed(self) -> bool:
        """Tell whether the connection was let go."""
        ...

    def iter_bytes(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes."""
        ...


class Transport(Protocol):
    """Asks a model, and streams what it answers."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """Return everything that may come out of it; ``fault`` says what it means."""
        ...

    def ask(
        self, model: str, prompt: str, feature: Mapping[str, Any]
    ) -> AbstractAsyncContextManager[Response]:
        """Ask; to enter is to wait for the headers, to leave closes the stream.

        Args:
            model: The model's name.
            prompt: The whole message.
            feature: What is added to the body of the request.
        """
        ...

    def denies(self, exc: Exception, feature: Mapping[str, Any]) -> bool:
        """Tell whether it is just this feature that the API refuses."""
        ...

    def fault(self, exc: Exception) -> UpstreamFault:
        """Turn one of its errors into ours."""
        ...

    async def models(self) -> list[str]:
        """Return the names of the models that the API lists."""
        ...

    async def close(self) -> None:
        """Let go of all connections."""
        ...


def missing(options: Options) -> str | None:
    """Return what to do when the library isn't installed, None when it is."""
    name = DIALECTS[options.model.api].library
    if importlib.util.find_spec(name) is not None:
        return None
    return f"the Python package {name!r} is not installed: pip install 'propactor[model]'"


class LibraryTransport:
    """Asks by a client library, over HTTP.

    Args:
        options: Which API is asked, where, with which key.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._dialect = DIALECTS[options.model.api]
        self._library = importlib.import_module(self._dialect.library)
        self._client = self._dialect.open(self._library, options)
        # While a body is read, the errors of the libraries below come through as they are.
        http, streams = importlib.import_module("httpx2"), importlib.import_module("anyio")
        own = (self._library.APIError, http.HTTPError, streams.EndOfStream)
        self.errors: tuple[type[Exception], ...] = (*own, OSError)

    def ask(
        self, model: str, prompt: str, feature: Mapping[str, Any]
    ) -> AbstractAsyncContextManager[Response]:
        """Ask; to enter is to wait for the headers, to leave closes the stream."""
        body = self._dialect.body(model, prompt, self._options.model)
        asked: AbstractAsyncContextManager[Response] = self._dialect.ask(self._client)(
            **body, extra_body=feature
        )
        return asked

    def denies(self, exc: Exception, feature: Mapping[str, Any]) -> bool:
        """Tell whether it is just this feature that the API refuses."""
        if not feature or getattr(exc, "status_code", 0) not in _UNKNOWN_FEATURE_STATUSES:
            return False
        said = api_errors.words(getattr(exc, "body", None)).lower()
        return any(word in said for word in _FEATURE_WORDS)

    def fault(self, exc: Exception) -> UpstreamFault:
        """Turn an error of the library into ours."""
        key = self._options.api_key
        if isinstance(exc, self._library.APIStatusError):
            headers = exc.response.headers
            return api_errors.from_status(exc.status_code, headers, exc.body, now=time.time(), key=key)
        if isinstance(exc, self._library.APITimeoutError):
            return GenerationTimeout("the model's API took no connection in time", phase="accept")
        return UpstreamError(
            api_errors.sentence("the connection to the model's API failed", _cause(exc), key)
        )

    async def models(self) -> list[str]:
        """Return the names of the models that the API lists."""
        return [str(model.id) async for model in self._client.models.list()]

    async def close(self) -> None:
        """Let go of all connections."""
        await self._client.close()


def _cause(exc: BaseException) -> str:
    """Return the words of the innermost error, which knows what really happened."""
    said = str(exc)
    while (inner := exc.__cause__ or exc.__context__) is not None:
        exc, said = inner, str(inner) or said
    return said
