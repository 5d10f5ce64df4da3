"""An event loop whose clock jumps to what is due next: minutes pass in no time, and always alike."""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec

P = ParamSpec("P")
DEADLOCK = 20.0


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs tasks as fast as it can; when all of them wait, the time they wait for has come.

    While a thread works (``asyncio.to_thread``), the clock stands still.
    """

    def __init__(self) -> None:
        self.now = 1000.0
        self.threads = 0
        super().__init__(_Jumps(self))

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self.now

    def run_in_executor(self, *args: Any) -> Any:  # type: ignore[override]  # whatever asyncio's says
        """Run a function in a thread, and don't jump meanwhile."""
        future = super().run_in_executor(*args)
        self.threads += 1
        future.add_done_callback(self._joined)
        return future

    def _joined(self, _: object) -> None:
        self.threads -= 1


class _Jumps(selectors.DefaultSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._virtual = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Look whether something real has happened; if not, let the time pass at once."""
        if timeout is not None and not self._virtual.threads:
            ready = super().select(0)
            self._virtual.now += 0 if ready else max(0, timeout)
            return ready
        ready = super().select(0 if timeout == 0 else DEADLOCK)
        if not ready and timeout != 0:
            raise RuntimeError("nothing happens any more")
        return ready


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine in virtual time; it must leave no task behind."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, VirtualLoop)
        try:
            runner.run(_alone(main))
        finally:
            loop.threads += 1  # to close it, real threads are waited for


async def _alone(main: Coroutine[Any, Any, None]) -> None:
    await main
    await nothing_left()


async def nothing_left() -> None:
    """Wait until this task is the only one; fail if the others don't end."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        _, pending = await asyncio.wait(others, timeout=10)
        assert not pending, f"left behind: {pending}"


def virtual(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Make a test of a coroutine that runs in virtual time."""

    @functools.wraps(test)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        run(test(*args, **kwargs))

    return wrapper
