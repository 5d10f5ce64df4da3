"""The fake model in a thread with a loop of its own, so that it outlives a test and its loop.

What it says is told by the words in the prompt, see ``propactor.testing.scenarios``; ``#tag=`` is any word by
which a test finds its own calls in the log.
"""

import asyncio
import threading
from types import TracebackType

from propactor.testing import FakeModel
from tests.rig.log import Log

KEY = "not-a-key"


class Model:
    """The server; use it as a context manager. ``log`` tells what it saw."""

    def __init__(self) -> None:
        self.log = Log()
        self._fake = FakeModel(key=KEY, observe=self.log.add)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="rig-model", daemon=True)

    @property
    def url(self) -> str:
        """Return the address without a path."""
        return self._fake.root

    def __enter__(self) -> "Model":
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._fake.__aenter__(), self._loop).result(timeout=10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        closing = self._fake.__aexit__(kind, error, tb)
        asyncio.run_coroutine_threadsafe(closing, self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()
