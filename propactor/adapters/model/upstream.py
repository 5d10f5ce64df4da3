"""A model's own API as a source of generations."""

import asyncio
from collections.abc import Callable

from propactor.adapters.model import client
from propactor.adapters.model.client import ModelClient
from propactor.adapters.model.dialects import ANTHROPIC, DIALECTS
from propactor.adapters.model.options import Options
from propactor.adapters.model.run import ModelRun
from propactor.core.errors import GenerationTimeout, ModelRefused
from propactor.core.events import Source
from propactor.core.upstream import SHARE, Emit, GenerationRequest
from propactor.redaction import redact

_NO_LIST = (404, 405, 501)
"""Statuses of an API that doesn't list its models."""


class ModelUpstream:
    """Begin runs over one client, which is opened by ``start`` or, at the latest, by the first run.

    ``level`` is the first of the features that the configured model hasn't refused.
    """

    name = "model"
    source: Source = "model"

    def __init__(self, options: Options) -> None:
        self.options = options
        self.level = 0
        self.listen: Callable[[ModelClient], ModelClient] = lambda client: client
        """Stands between the client and the runs; who wants to listen in puts something else here."""
        self._installed = False
        self._opening: asyncio.Task[ModelClient] | None = None

    def problem(self) -> ModelRefused | None:
        """Return what must be set or installed before the model can be asked, or None."""
        if not self.options.model.model:
            return ModelRefused("no model is chosen: set [model] model to its name")
        if not self._installed:
            missing = client.missing(self.options)
            if missing is not None:
                return ModelRefused(missing)
            self._installed = True
        return None

    def describe(self) -> dict[str, object]:
        """Return what an operator may want to know."""
        dialect = DIALECTS[self.options.model.api]
        return {
            "api": self.options.model.api,
            "url": redact(self.options.model.base_url) or ANTHROPIC,
            "model": self.options.model.model,
            "streams": {"text": True, "tools": False, "thinking": self.options.model.thinking != "off"},
            "thoughts": dialect.thoughts,
            "stops": "connection",
        }

    def begin(self, request: GenerationRequest, emit: Emit) -> ModelRun:
        """Make a run. Asks nothing of the API yet."""
        return ModelRun(self.client, request, emit, options=self.options, fallback=self)

    def session_key(self, request: GenerationRequest) -> str | None:  # noqa: ARG002  the protocol's signature
        """Return None: there are no sessions."""
        return None

    def start(self) -> None:
        """Begin to open the client, in a thread: loading the library takes a second."""
        if self._opening is None and self.problem() is None:
            self._opening = asyncio.create_task(
                asyncio.to_thread(ModelClient, self.options), name="model:open"
            )

    async def client(self) -> ModelClient:
        """Return the open client.

        Raises:
            ModelRefused: something must be set or installed first.
        """
        if (problem := self.problem()) is not None:
            raise problem
        self.start()
        assert self._opening is not None, "there is no problem, so it was started"
        return self.listen(await asyncio.shield(self._opening))

    async def models(self) -> list[str]:
        """Return the names of the models that the API lists; some list none.

        Raises:
            UpstreamFault: it can't be asked, or refuses.
        """
        client = await self.client()
        try:
            async with asyncio.timeout(self.options.timeouts.accept * SHARE):
                return await client.models()
        except TimeoutError as exc:
            raise GenerationTimeout("the model's API did not answer in time", phase="accept") from exc
        except client.errors as exc:
            if getattr(exc, "status_code", 0) in _NO_LIST:
                return []
            raise client.fault(exc) from exc

    async def close(self) -> None:
        """Let go of the client, if there is one."""
        opening, self._opening = self._opening, None
        if opening is not None:
            await (await opening).close()
