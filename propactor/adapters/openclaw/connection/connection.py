"""One connection to the gateway, from dialling to its loss: requests out, responses and events in."""

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
"""How often within its timeout the watchdog looks."""


def _unnoticed(error: PropactorError) -> None:
    """Take no note of the end of a connection."""


class Connection:
    """An open wire to the gateway, and who waits for what on it.

    ``on_end`` is called once, when the connection has ended and before anybody who waits on it is told: so
    whoever is told finds the owner in the state that follows.
    """

    def __init__(self, counters: Counters) -> None:
        self.counters = counters
        self.on_end: Callable[[PropactorError], None] = _unnoticed
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
        """Introduce ourselves; the gateway's challenge needs no answer without a device key.

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
        """Ask something and return the payload of the answer.

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
        """Send a request without waiting; ``waiter`` gets what comes back. Return the request's id.

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
        """Wait for the loss, and say why; a gateway that doesn't even tick any more is lost too."""
        seen, silent = self.counters.frames, 0
        while silent < _CHECKS:
            done, _ = await asyncio.wait([self._lost], timeout=timeout / _CHECKS)
            if done:
                return self._lost.result()
            silent = silent + 1 if self.counters.frames == seen else 0
            seen = self.counters.frames
        return GatewayUnavailable(f"the connection to the gateway was lost: silent for {timeout:g} s")

    def end(self, error: PropactorError) -> None:
        """Hang up, and tell everybody who waits."""
        if self._wire is not None:
            self._wire.close(error)
        if not self._lost.done():
            self._lost.set_result(error)
            self.on_end(error)
        self.dispatcher.fail(error)

    async def gone(self, timeout: float) -> None:
        """Wait until the socket is closed, and close it by force if that takes too long."""
        if self._wire is not None:
            await self._wire.wait_closed(timeout)

    async def _drain(self) -> None:
        """Wait while the socket is full."""
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
