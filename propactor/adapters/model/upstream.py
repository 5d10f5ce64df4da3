"""A model's own API as a source of generations."""

import asyncio
from collections.abc import Callable

from propactor.adapters.model.dialects import ANTHROPIC, DIALECTS
from propactor.adapters.model.options import Options
from propactor.adapters.model.run import ModelRun
from propactor.adapters.model.transport import LibraryTransport, Transport, missing
from propactor.core.errors import GenerationTimeout, ModelRefused
from propactor.core.events import Source
from propactor.core.upstream import SHARE, Emit, GenerationRequest
from propactor.redaction import redact

_NO_LIST = (404, 405, 501)
"""Statuses of an API that doesn't list its models."""


class ModelUpstream:
    """Begin runs over one transport, which is opened by ``start`` or, at the latest, by the first run.

    ``level`` is the first of the features that the configured model hasn't refused.

    Args:
        options: How the model is asked, and for how long.
    """

    name = "model"
    source: Source = "model"

    def __init__(self, options: Options) -> None:
        self.options = options
        self.level = 0
        self.make_transport: Callable[[Options], Transport] = LibraryTransport
        """Opens the transport, in a thread; to wrap it, do so before `start`."""
        self._installed = False
        self._opening: asyncio.Task[Transport] | None = None

    def problem(self) -> ModelRefused | None:
        """Return what must be set or installed before the model can be asked, or None."""
        if not self.options.model.model:
            return ModelRefused("no model is chosen: set [model] model to its name")
        if not self._installed:
            remedy = missing(self.options)
            if remedy is not None:
                return ModelRefused(remedy)
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
        return ModelRun(self.transport, request, emit, options=self.options, fallback=self)

    def session_key(self, request: GenerationRequest) -> str | None:  # noqa: ARG002  the protocol's signature
        """Return None: there are no sessions."""
        return None

    def start(self) -> None:
        """Begin to open the transport, in a thread: loading the library takes a second."""
        if self._opening is None and self.problem() is None:
            self._opening = asyncio.create_task(
                asyncio.to_thread(self.make_transport, self.options), name="model:open"
            )

    async def transport(self) -> Transport:
        """Return what the model is asked by.

        Raises:
            ModelRefused: something must be set or installed first.
        """
        if (problem := self.problem()) is not None:
            raise problem
        self.start()
        assert self._opening is not None, "there is no problem, so it was started"
        return await asyncio.shield(self._opening)

    async def models(self) -> list[str]:
        """Return the names of the models that the API lists; some list none.

        Raises:
            UpstreamFault: it can't be asked, or refuses.
        """
        transport = await self.transport()
        try:
            async with asyncio.timeout(self.options.timeouts.accept * SHARE):
                return await transport.models()
        except TimeoutError as exc:
            raise GenerationTimeout("the model's API did not answer in time", phase="accept") from exc
        except transport.errors as exc:
            if getattr(exc, "status_code", 0) in _NO_LIST:
                return []
            raise transport.fault(exc) from exc

    async def close(self) -> None:
        """Let go of the transport, if there is one."""
        opening, self._opening = self._opening, None
        if opening is not None:
            await (await opening).close()
