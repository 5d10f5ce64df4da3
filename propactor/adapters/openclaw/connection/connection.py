"""One connection to the gateway, from the opened wire to its loss: requests out, responses and events in."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from propactor.adapters.openclaw.connection.dispatcher import Counters, Dispatcher, SingleResponse, Waiter
from propactor.adapters.openclaw.connection.wire import OpenedWire, OpenWire
from propactor.adapters.openclaw.protocol import capabilities as hellos
from propactor.adapters.openclaw.protocol import requests
from propactor.adapters.openclaw.protocol.capabilities import Hello
from propactor.adapters.openclaw.protocol.refusals import refusal
from propactor.core.errors import GatewayUnavailable, PropactorError

_CHECKS = 4
"""How often within its timeout the watchdog looks for new frames: a silence is noticed a quarter late."""


def _ignore_end(error: PropactorError) -> None:
    """Do nothing at the end of a connection."""


class Connection:
    """An open wire to the gateway, and who waits for what on it.

    ``on_end`` is called once, when the connection has ended, and before those who wait on it are told. So
    the link has left its state of being ready when a run hears of the loss and tries again at once.

    Args:
        counters: Count what comes, over all connections of a link.
    """

    def __init__(self, counters: Counters) -> None:
        self.counters = counters
        self.on_end: Callable[[PropactorError], None] = _ignore_end
        self.dispatcher = Dispatcher(counters)
        self._wire: OpenedWire | None = None
        self._lost: asyncio.Future[PropactorError] = asyncio.get_running_loop().create_future()

    async def open(self, open_wire: OpenWire) -> None:
        """Open the wire.

        Raises:
            GatewayUnavailable: nobody is there.
            GatewayRefused: somebody else is.
        """
        self._wire = await open_wire(on_text=self.dispatcher.receive, on_lost=self.end)
        self._check_open()

    async def greet(self, token: str, *, timeout: float) -> Hello:
        """Introduce ourselves and return the hello. The gateway's challenge is for who has a device key.

        Args:
            token: The gateway's token.
            timeout: Seconds until the hello must be there.

        Raises:
            GatewayRefused: the gateway doesn't want us.
            GatewayUnavailable: it is starting, or doesn't answer.
        """
        hello = hellos.parse(await self.call("connect", requests.connect(token), timeout=timeout))
        self._check_open()
        return hello

    def _check_open(self) -> None:
        """Raise the reason for the loss if the connection is lost by now.

        What was waited for may have come, and the loss right behind it, before the waiting task runs again.
        """
        if self._lost.done():
            raise self._lost.result()

    async def call(self, method: str, params: Mapping[str, Any], *, timeout: float) -> Mapping[str, Any]:
        """Send a request and return the payload of its response.

        Args:
            method: What is asked.
            params: Its parameters.
            timeout: Seconds until the response must be there.

        Raises:
            GatewayUnavailable: there is no connection, or no answer in time.
            GatewayRefused: the answer is no.
        """
        single, request_id = SingleResponse(), ""
        try:
            async with asyncio.timeout(timeout):
                await self._drain()
                request_id = self.post(method, params, single)
                outcome = await single.outcome
        except TimeoutError as exc:
            raise GatewayUnavailable(f"the gateway didn't answer {method} within {timeout:g} s") from exc
        finally:
            self.dispatcher.forget(request_id)
        return _payload(outcome)

    def post(self, method: str, params: Mapping[str, Any], waiter: Waiter) -> str:
        """Send a request without waiting; return its id.

        Args:
            method: What is asked.
            params: Its parameters.
            waiter: Gets what comes back, or the reason why nothing will.

        Raises:
            GatewayUnavailable: the connection is lost.
        """
        if self._wire is None or self._lost.done():
            raise GatewayUnavailable("the connection to the gateway is closed")
        request_id = self.dispatcher.wait(waiter)
        try:
            self._wire.send(requests.request(request_id, method, params))
        except PropactorError:
            self.dispatcher.forget(request_id)
            raise
        return request_id

    async def watch(self, timeout: float) -> PropactorError:
        """Wait for the loss, and return why.

        Args:
            timeout: Seconds without a frame after which the connection counts as lost: gateways send ticks.
        """
        seen, silent = self.counters.frames, 0
        while silent < _CHECKS:
            done, _ = await asyncio.wait([self._lost], timeout=timeout / _CHECKS)
            if done:
                return self._lost.result()
            silent = silent + 1 if self.counters.frames == seen else 0
            seen = self.counters.frames
        return GatewayUnavailable(f"the connection to the gateway was lost: silent for {timeout:g} s")

    def end(self, error: PropactorError) -> None:
        """Close the wire, and fail all who wait. Called again, it only fails who came since."""
        if self._wire is not None:
            self._wire.close(error)
        if not self._lost.done():
            self._lost.set_result(error)
            self.on_end(error)
        self.dispatcher.fail(error)

    async def gone(self, timeout: float) -> None:
        """Wait until the wire is closed, for ``timeout`` seconds; then it is closed by force."""
        if self._wire is not None:
            await self._wire.wait_closed(timeout)

    async def _drain(self) -> None:
        """Wait while the wire is full."""
        if self._wire is not None:
            await self._wire.drain()


def _payload(outcome: Mapping[str, Any] | PropactorError) -> Mapping[str, Any]:
    """Return what an answer carries, or raise what it says."""
    if isinstance(outcome, PropactorError):
        raise outcome
    if not outcome.get("ok"):
        raise refusal(outcome.get("error") or {})
    payload = outcome.get("payload")
    return payload if isinstance(payload, dict) else {}
