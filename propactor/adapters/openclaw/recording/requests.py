"""Which request of a recording is which of today's: the first of its kind, the second, and so on."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from propactor.adapters.openclaw.recording.scrub import is_hello
from propactor.core.recording import Frame

Key = tuple[str, int]
"""The method of a request, and how many of it came before."""
Answer = Mapping[str, Any]


class Requests:
    """Matches requests of today with recorded ones, by kind and order.

    ``keys`` has, for each frame, the request that it is or answers.

    Args:
        frames: The recording.
    """

    def __init__(self, frames: Sequence[Frame]) -> None:
        self.keys = list(_keys(frames))
        self.ids: dict[Key, str] = {}
        """How the requests made so far are called today."""
        self._known = set(self.keys)
        self._early: defaultdict[Key, list[Answer]] = defaultdict(list)
        self._counts = Counter[str]()
        self._changed = asyncio.Event()

    def ask(self, method: str, request_id: str) -> list[Answer] | None:
        """Enter a request of today: return the answers that have come, None if there will never be any.

        Where several requests of its kind are answered already, for then more were made, it is the latest.

        Args:
            method: What is asked.
            request_id: What its answers are known by today.
        """
        key = (method, self._counts[method])
        if key not in self._known:
            return None
        answered = sorted(other for other in self._early if other[0] == method)
        last = max(key, *answered) if answered else key
        self._counts[method] = last[1] + 1
        self.ids |= {(method, number): request_id for number in range(key[1], last[1] + 1)}
        self._changed.set()
        self._changed = asyncio.Event()
        return _joined([self._early.pop(other) for other in answered])

    def answer(self, key: Key, answer: Answer) -> str | None:
        """Return the id of the request of today that an answer is for; it is kept until there is one."""
        if key not in self.ids:
            self._early[key].append(answer)
        return self.ids.get(key)

    async def asked(self, key: Key) -> None:
        """Wait until a request has been made."""
        while key not in self.ids:
            await self._changed.wait()


def _joined(answers: Sequence[list[Answer]]) -> list[Answer]:
    """Return the last answers, with the messages of all: a history may tell only what came since the last."""
    if not answers:
        return []
    told = [message for one in answers for answer in one for message in _messages(answer)]
    return [_with(answer, told) if _messages(answer) else answer for answer in answers[-1]]


def _messages(answer: Answer) -> Sequence[object]:
    payload = answer.get("payload")
    return (payload.get("messages") or ()) if isinstance(payload, dict) else ()


def _with(answer: Answer, messages: Sequence[object]) -> Answer:
    return {**answer, "payload": {**answer["payload"], "messages": messages}}


def _keys(frames: Sequence[Frame]) -> Iterator[Key | None]:
    """Find the request of each frame; each connection counts its requests from 1."""
    counts = Counter[str]()
    open_requests: dict[object, Key] = {}
    for frame in frames:
        kind, request_id = frame.data.get("type"), frame.data.get("id")
        if is_hello(frame.data):
            open_requests.clear()
        elif kind == "req":
            method = str(frame.data.get("method"))
            open_requests[request_id] = (method, counts[method])
            counts[method] += 1
        yield open_requests.get(request_id) if kind in ("req", "res") else None
