"""A server that lets a client in and then does what no gateway does, and what that costs the client."""

import asyncio
import re
import socket
import threading
import time
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from websockets.utils import accept_key

from tests.adapters.openclaw.connection.memory import accepting

_KEY = re.compile(rb"Sec-WebSocket-Key: (\S+)")
_TICK = 0.001

Act = Callable[[socket.socket], None]


@asynccontextmanager
async def hostile(act: Act) -> AsyncIterator[str]:
    """Run a server in a thread, that acts on its one client until either hangs up. Yield its address."""
    peers: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        server.settimeout(10)
        thread = threading.Thread(target=_serve, args=(server, peers, act))
        thread.start()
        try:
            yield f"ws://127.0.0.1:{server.getsockname()[1]}"
        finally:
            for peer in peers:
                with suppress(OSError):
                    peer.shutdown(socket.SHUT_RDWR)
            await asyncio.to_thread(thread.join, 10)


def _serve(server: socket.socket, peers: list[socket.socket], act: Act) -> None:
    peer, _ = server.accept()
    peers.append(peer)
    with peer, suppress(OSError):
        peer.settimeout(20)
        key = _KEY.search(peer.recv(4096))
        assert key is not None
        peer.sendall(accepting(accept_key(key[1].decode())))
        act(peer)


class Cost:
    """What something cost: the longest the loop was kept, in seconds of CPU time, and bytes at the peak.

    CPU time of the loop's own thread, so that a busy machine changes nothing.
    """

    def __init__(self) -> None:
        self.longest = 0.0
        self.memory = 0
        self._last = time.thread_time()
        self._timer = asyncio.get_running_loop().call_later(_TICK, self._tick)

    def _tick(self) -> None:
        now = time.thread_time()
        self.longest, self._last = max(self.longest, now - self._last), now
        self._timer = asyncio.get_running_loop().call_later(_TICK, self._tick)

    def stop(self) -> None:
        """Measure no more."""
        self._timer.cancel()
        self.memory = tracemalloc.get_traced_memory()[1]


@asynccontextmanager
async def costing() -> AsyncIterator[Cost]:
    """Measure what happens meanwhile."""
    tracemalloc.start()
    cost = Cost()
    try:
        yield cost
    finally:
        cost.stop()
        tracemalloc.stop()
